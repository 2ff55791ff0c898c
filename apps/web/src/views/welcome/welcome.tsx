import { useState } from "react";
import { useWelcome } from "../../model/use-welcome.ts";
import { explain } from "../../model/words.ts";
import { Button } from "../../ui/button.tsx";
import { Arcade, Mark } from "../../ui/icons.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useFocusHeading } from "../../ui/use-focus-heading.ts";
import { LinkDevice } from "./link-device.tsx";
import { Restore } from "./restore.tsx";
import { SignUp } from "./sign-up.tsx";

/** How a person comes in. */
export type Way = "sign-up" | "link" | "restore";

interface WelcomeProps {
  readonly invitationCode: string | undefined;
}

/** Before there is an account on this device. */
export function Welcome({ invitationCode }: WelcomeProps) {
  const welcome = useWelcome(invitationCode);
  const [way, setWay] = useState<Way>("sign-up");
  const back = () => setWay("sign-up");
  const { organisation } = welcome;
  useFocusHeading(`${organisation.status} ${way}`);
  return (
    <main className="welcome">
      <div className="welcome-card">
        <div className="welcome-brand">
          <Mark />
          <p className="welcome-name">Cloister</p>
        </div>
        <Arcade />
        {organisation.status !== "ready" && <h1 className="welcome-title">Private messages</h1>}
        {organisation.status === "loading" && <p className="muted">One moment…</p>}
        {organisation.status === "failed" && (
          <Notice tone="problem" title="Not connected" live>
            <p>{explain(organisation.error)}</p>
            <Button onPress={organisation.reload}>Try again</Button>
          </Notice>
        )}
        {organisation.status === "ready" && way === "link" && (
          <LinkDevice organisation={organisation.value} onBack={back} />
        )}
        {organisation.status === "ready" && way === "restore" && (
          <Restore organisation={organisation.value} onBack={back} />
        )}
        {organisation.status === "ready" && way === "sign-up" && (
          <SignUp welcome={welcome} organisation={organisation.value} onOtherWay={setWay} />
        )}
      </div>
    </main>
  );
}
