import type { OrganisationInfo } from "@cloister/contracts/http";
import { useState } from "react";
import { useLinkDevice } from "../../model/use-link-device.ts";
import { Button } from "../../ui/button.tsx";
import { CopyText } from "../../ui/copy-text.tsx";
import { Digits } from "../../ui/digits.tsx";
import { BackIcon } from "../../ui/icons.tsx";
import { Problem } from "../../ui/notice.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

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
      <Attempt key={attempt} organisation={organisation} onAgain={() => setAttempt(attempt + 1)} />
      <Button look="quiet" onPress={onBack}>
        <BackIcon /> Back
      </Button>
    </>
  );
}

interface AttemptProps {
  readonly organisation: OrganisationInfo;
  readonly onAgain: () => void;
}

/** One code and what becomes of it. */
function Attempt({ organisation, onAgain }: AttemptProps) {
  const linking = useLinkDevice();
  switch (linking.step) {
    case "making":
      return <p className="muted">Making a code…</p>;
    case "code":
      return <ShowCode code={linking.code} organisation={organisation} />;
    case "comparing":
      return <Compare comparison={linking.comparison} />;
    case "failed":
      return (
        <>
          <Problem error={linking.error} />
          <Button look="primary" onPress={onAgain}>
            Make a new code
          </Button>
        </>
      );
  }
}

function ShowCode({
  code,
  organisation,
}: {
  readonly code: string;
  readonly organisation: OrganisationInfo;
}) {
  return (
    <>
      <ol className="instructions">
        <li>
          On the device that you use already, open Cloister at <bdi>{organisation.name}</bdi>, then Settings.
        </li>
        <li>Choose “Link another device” and point its camera at this code.</li>
      </ol>
      <QrCode text={code} label="Code for your other device" />
      <details className="disclosure">
        <summary>No camera there? Copy the code instead</summary>
        <CopyText what="the code" text={code} />
      </details>
      <Waiting>Waiting for your other device. Codes expire after ten minutes.</Waiting>
    </>
  );
}

function Compare({ comparison }: { readonly comparison: string }) {
  return (
    <>
      <section className="compare" aria-live="polite">
        <p>Your other device now shows a number. It must be this one:</p>
        <Digits digits={comparison} label="Number" />
        <p className="muted">
          If it is another one, or if that device asks nothing, choose “No” there and go back here.
        </p>
      </section>
      <Waiting>Waiting until you say yes on your other device.</Waiting>
    </>
  );
}

function Waiting({ children }: { readonly children: string }) {
  return (
    <p className="waiting">
      <span className="waiting-dots" aria-hidden="true" />
      {children}
    </p>
  );
}
