import { useModel } from "../../model/client-model.ts";
import { useNowMs } from "../../model/now.ts";
import { useObservable } from "../../model/observable.ts";
import { changePreferences, preferences } from "../../model/preferences.ts";
import { hrefOf } from "../../model/route.ts";
import { Button } from "../../ui/button.tsx";

const restMs = 14 * 86_400_000;

/** Once there is something to lose, and then every two weeks. */
export function BackupReminder() {
  const model = useModel();
  const { ways, isVoid } = useObservable(model.backup);
  const conversations = useObservable(model.conversations);
  const { remindAtMs } = useObservable(preferences);
  const nowMs = useNowMs();
  if ((ways.length > 0 && !isVoid) || conversations.length === 0 || nowMs < remindAtMs) return null;
  return (
    <aside className="reminder" aria-label="Backup">
      <p>Your messages are on your devices only. A backup saves them if you lose the last one.</p>
      <div className="actions">
        <a className="button button-secondary" href={hrefOf({ view: "settings" })}>
          To the backup
        </a>
        <Button look="quiet" onPress={() => changePreferences({ remindAtMs: Date.now() + restMs })}>
          Later
        </Button>
      </div>
    </aside>
  );
}
