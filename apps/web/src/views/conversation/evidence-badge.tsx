import type { AccountId } from "@cloister/contracts/ids";
import { type ReactNode, useState } from "react";
import { type EvidenceBadge as Badge, evidenceBadge } from "../../model/evidence-words.ts";
import { useAgentEvidence } from "../../model/use-agent-evidence.ts";
import { Button } from "../../ui/button.tsx";
import { AlertIcon, BrokenIcon, ClockIcon, DeviceIcon, ShieldCheckIcon } from "../../ui/icons.tsx";
import { EvidenceDialog } from "./evidence-dialog.tsx";

const evidenceIcons: { readonly [T in Badge["tone"]]: ReactNode } = {
  checking: <ClockIcon />,
  verified: <ShieldCheckIcon />,
  intact: <DeviceIcon />,
  word: <AlertIcon />,
  failed: <BrokenIcon />,
};

/** Where the assistant runs, always in sight; the details are one press away. */
export function EvidenceBadge({ agent, name }: { readonly agent: AccountId; readonly name: string }) {
  const evidence = useAgentEvidence(agent);
  const badge = evidenceBadge(evidence);
  const [isOpen, setOpen] = useState(false);
  return (
    <span className="evidence" data-tone={badge.tone}>
      <Button
        look="quiet"
        aria-haspopup="dialog"
        aria-label={`${badge.label}: where ${name} runs`}
        onPress={() => setOpen(true)}
      >
        {evidenceIcons[badge.tone]}
        {badge.label}
      </Button>
      {badge.tone === "failed" && (
        <span className="evidence-line" role="alert">
          {badge.line}
        </span>
      )}
      <EvidenceDialog evidence={evidence} badge={badge} isOpen={isOpen} onClose={() => setOpen(false)} />
    </span>
  );
}
