import type { AnswerMessage } from "@cloister/client";
import { useState } from "react";
import { useModel } from "../../model/client-model.ts";
import { useObservable } from "../../model/observable.ts";
import { receiptBadge } from "../../model/receipt-words.ts";
import { Button } from "../../ui/button.tsx";
import { ReceiptBadge } from "./receipt-badge.tsx";
import { ReceiptDialog } from "./receipt-dialog.tsx";

/** The badge of one answer, and the one honest line. It starts at "checking" and never at good news. */
export function ReceiptLine({ message }: { readonly message: AnswerMessage }) {
  const model = useModel();
  const receipt = useObservable(model.receipt(message));
  const [isOpen, setOpen] = useState(false);
  const badge = receiptBadge(receipt);
  return (
    <div className="receipt" data-tone={badge.tone}>
      <ReceiptBadge className="receipt-label" badge={badge} />
      {"line" in badge && <p className="receipt-text">{badge.line}</p>}
      {badge.tone === "unavailable" && (
        <Button look="quiet" onPress={() => void model.checkReceipt(message)}>
          Check again
        </Button>
      )}
      {receipt.status === "ready" && (
        <>
          <Button look="quiet" aria-haspopup="dialog" onPress={() => setOpen(true)}>
            Details of the receipt
          </Button>
          <ReceiptDialog
            verdict={receipt.value}
            badge={badge}
            isOpen={isOpen}
            onClose={() => setOpen(false)}
          />
        </>
      )}
    </div>
  );
}
