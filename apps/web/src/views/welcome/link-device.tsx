import type { OrganisationInfo } from "@cloister/contracts/http";
import { useState } from "react";
import { useLinkDevice } from "../../model/use-link-device.ts";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-text.tsx";
import { BackIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";

interface LinkDeviceProps {
  readonly organisation: OrganisationInfo;
  readonly onBack: () => void;
}

export function LinkDevice({ organisation, onBack }: LinkDeviceProps) {
  const [attempt, setAttempt] = useState(0);
  return (
    <>
      <h1 className="welcome-title" tabIndex={-1}>
        Link this device
      </h1>
      <ol className="instructions">
        <li>
          On the device that you use already, open Cloister at <bdi>{organisation.name}</bdi>, then Settings.
        </li>
        <li>Choose “Link another device”.</li>
        <li>Give it this code. Show it to nobody else: it lets this device into your account.</li>
      </ol>
      <Attempt key={attempt} onAgain={() => setAttempt(attempt + 1)} />
      <p className="muted">
        This device receives what is written from then on. Earlier messages stay where they are.
      </p>
      <Button look="quiet" onPress={onBack}>
        <BackIcon /> Back
      </Button>
    </>
  );
}

/** One code and what becomes of it. */
function Attempt({ onAgain }: { readonly onAgain: () => void }) {
  const { code, error } = useLinkDevice();
  if (error !== undefined) {
    return (
      <>
        <Problem error={error} />
        <Button look="primary" onPress={onAgain}>
          Make a new code
        </Button>
      </>
    );
  }
  return (
    <>
      <output className="link-code">
        {code === undefined ? (
          <span className="muted">Making a code…</span>
        ) : (
          <CopyText what="the code" text={code} />
        )}
      </output>
      {code !== undefined && (
        <p className="waiting">
          <span className="waiting-dots" aria-hidden="true" />
          Waiting for your other device. Codes expire after ten minutes.
        </p>
      )}
    </>
  );
}
