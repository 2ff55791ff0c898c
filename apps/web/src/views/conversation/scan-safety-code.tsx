import type { AccountId } from "@cloister/contracts/ids";
import { useModel } from "../../model/client-model.ts";
import { useLoaded } from "../../model/use-loaded.ts";
import { useTask } from "../../model/use-task.ts";
import { Problem } from "../../ui/notice.tsx";
import { QrCode } from "../../ui/qr-code.tsx";
import { QrScanner } from "../qr-scanner.tsx";

interface ScanSafetyCodeProps {
  readonly account: AccountId;
  readonly onMatch: () => void;
  readonly onMismatch: () => void;
}

/** When two people are in one room: one shows the code, the other scans it, instead of reading digits. */
export function ScanSafetyCode({ account, onMatch, onMismatch }: ScanSafetyCodeProps) {
  const { client } = useModel();
  const code = useLoaded(() => client.safetyCode(account));
  const checking = useTask(async (scanned: string) => {
    if (await client.matchesSafetyCode(account, scanned)) onMatch();
    else onMismatch();
  });
  return (
    <details className="disclosure">
      <summary>In one room? Scan instead</summary>
      <div className="stack">
        <p>Let the other device scan this code, or scan the one that it shows.</p>
        {code.status === "ready" && <QrCode text={code.value} label="Your safety code" />}
        <QrScanner onText={(text) => void checking.run(text)} isBusy={checking.running} />
        <Problem error={checking.error} />
      </div>
    </details>
  );
}
