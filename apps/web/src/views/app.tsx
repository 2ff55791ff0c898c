import { useState } from "react";
import { type ClientModel, ModelContext, useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { useTask } from "../model/use-task.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Mark } from "../ui/icons.tsx";
import { Problem } from "../ui/notice.tsx";
import { useFocusHeading } from "../ui/use-focus-heading.ts";
import { Shell } from "./shell.tsx";
import { Welcome } from "./welcome/welcome.tsx";

interface AppProps {
  readonly model: ClientModel;
  /** From the address this page was opened with. */
  readonly invitationCode?: string | undefined;
}

export function App({ model, invitationCode }: AppProps) {
  return (
    <ModelContext value={model}>
      <Place invitationCode={invitationCode} />
    </ModelContext>
  );
}

function Place({ invitationCode }: Pick<AppProps, "invitationCode">) {
  const model = useModel();
  const self = useObservable(model.self);
  const revoked = useObservable(model.revoked);
  const [hadAccount] = useState(self !== undefined);
  useFocusHeading(revoked ? "revoked" : self === undefined ? "welcome" : "shell");
  if (revoked) return <Revoked />;
  if (self === undefined) return <Welcome invitationCode={invitationCode} />;
  return (
    <>
      <Shell self={self} />
      <OrganisationChanged name={self.organisation.name} />
      {hadAccount && invitationCode !== undefined && <InvitationUnused name={self.displayName} />}
    </>
  );
}

/** A browser is one device of one account; an invitation makes another account. */
function InvitationUnused({ name }: { readonly name: string }) {
  const [isOpen, setOpen] = useState(true);
  return (
    <Dialog title="The invitation was not used" isOpen={isOpen} onClose={() => setOpen(false)}>
      <p>
        This browser is already a device of <bdi>{name}</bdi>. To use the invitation, open its link in another
        browser or in a private window.
      </p>
    </Dialog>
  );
}

/** Somebody may be posing as the organisation: said wherever a person is, and again at each connection. */
function OrganisationChanged({ name }: { readonly name: string }) {
  const { organisationChanged } = useModel();
  const isOpen = useObservable(organisationChanged);
  return (
    <Dialog
      title="The server shows other keys"
      isOpen={isOpen}
      onClose={() => organisationChanged.set(false)}
    >
      <p>
        The keys of <bdi>{name}</bdi> or its log are not those that this device signed up with. The new ones
        are not trusted here. Ask the organisation, other than through this app, whether it changed its keys.
      </p>
    </Dialog>
  );
}

/** Another device of this person ended this one. */
function Revoked() {
  const model = useModel();
  const erasing = useTask(async () => {
    await model.erase();
  });
  return (
    <main className="welcome">
      <div className="welcome-card">
        <Mark className="mark mark-large" />
        <h1 className="welcome-title" tabIndex={-1}>
          This device was removed
        </h1>
        <p>
          Another of your devices removed this one from your account, so it receives nothing more. Erase what
          is left on it. If you did not do that, tell the organisation.
        </p>
        <Problem error={erasing.error} />
        <Button look="danger" onPress={() => void erasing.run()} isBusy={erasing.running}>
          Erase this device
        </Button>
      </div>
    </main>
  );
}
