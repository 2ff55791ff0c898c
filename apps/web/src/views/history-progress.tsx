import type { HistoryTransfer } from "@cloister/client";
import { useModel } from "../model/client-model.ts";
import { useObservable } from "../model/observable.ts";
import { useTask } from "../model/use-task.ts";
import { Button } from "../ui/button.tsx";
import { Notice, Problem } from "../ui/notice.tsx";
import { Progress } from "../ui/progress.tsx";

interface HistoryProgressProps {
  /** What is given shows beside the devices, what is fetched above the conversations. */
  readonly direction: HistoryTransfer["direction"];
}

/** Earlier messages between two devices: how far they are, and how to stop them. */
export function HistoryProgress({ direction }: HistoryProgressProps) {
  const model = useModel();
  const transfer = useObservable(model.history);
  const stopping = useTask(() => model.client.stopHistory());
  if (transfer?.direction !== direction) return null;
  if (transfer.isIncomplete) {
    return (
      <Notice tone="caution" title="Some earlier messages are missing">
        <p>
          They could not be fetched. They are still on your other device. To get them, remove this device
          there and link it again.
        </p>
        <Button onPress={() => void stopping.run()}>All right</Button>
      </Notice>
    );
  }
  const { doneCount, totalCount } = transfer;
  return (
    <section className="transfer" aria-label="Earlier messages">
      <Progress label={progressWords(transfer)} doneCount={doneCount} totalCount={totalCount} />
      <p className="muted">Keep both devices open. If it is interrupted, it goes on later.</p>
      <Button look="quiet" onPress={() => void stopping.run()} isBusy={stopping.running}>
        {direction === "giving" ? "Stop giving them" : "Do without them"}
      </Button>
      <Problem error={stopping.error} />
    </section>
  );
}

function progressWords({ direction, doneCount, totalCount }: HistoryTransfer): string {
  if (totalCount === undefined) {
    return direction === "giving" ? "Waiting for your new device…" : "Waiting for your other device…";
  }
  const what = direction === "giving" ? "Giving earlier messages" : "Fetching earlier messages";
  return `${what}: ${doneCount} of ${totalCount} ${totalCount === 1 ? "conversation" : "conversations"}`;
}
