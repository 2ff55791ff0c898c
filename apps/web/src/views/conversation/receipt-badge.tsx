import type { ReactNode } from "react";
import type { ReceiptBadge as Badge } from "../../model/receipt-words.ts";
import { AlertIcon, BrokenIcon, ClockIcon, ReceiptIcon, ShieldCheckIcon } from "../../ui/icons.tsx";

const icons: { readonly [T in Badge["tone"]]: ReactNode } = {
  checking: <ClockIcon />,
  unavailable: <AlertIcon />,
  failed: <BrokenIcon />,
  intact: <ReceiptIcon />,
  verified: <ShieldCheckIcon />,
};

/** The result of the check, and what backs the receipt. */
export function ReceiptBadge({ badge, className }: { readonly badge: Badge; readonly className: string }) {
  return (
    <p className={className} data-tone={badge.tone}>
      {icons[badge.tone]}
      {badge.label}
      {"backing" in badge && (
        <span className={badge.tone === "verified" ? "tag tag-verified" : "tag tag-caution"}>
          {badge.backing}
        </span>
      )}
    </p>
  );
}
