import { type ClientModel, ModelContext, useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { useTask } from "../model/use-task.ts";
import { Button } from "../ui/button.tsx";
import { Mark } from "../ui/icons.tsx";
import { Problem } from "../ui/notice.tsx";
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
  if (revoked) return <Revoked />;
  return self === undefined ? <Welcome invitationCode={invitationCode} /> : <Shell self={self} />;
}

/** Another device of this person ended this one. */
function Revoked() {
  const model = useModel();
  const erasing = useTask(async () => {
    await model.client.erase();
    model.refreshSelf();
  });
  return (
    <main className="welcome">
      <div className="welcome-card">
        <Mark className="mark mark-large" />
        <h1 className="welcome-title">This device was removed</h1>
        <p>
          Another of your devices removed this one from your account, so it receives nothing more. Erase what
          is left on it. If you did not do that, tell the organisation.
        </p>
        <Problem error={erasing.error} />
        <Button look="danger" onPress={() => void erasing.run()} isPending={erasing.running}>
          Erase this device
        </Button>
      </div>
    </main>
  );
}
