import type { AgentClaim } from "@cloister/attestation";
import type { AgentEvidence, EvidenceFacts } from "@cloister/client";
import { claimWord, type EvidenceBadge, reasonWord } from "../../model/evidence-words.ts";
import { fullDate, timeOfDay } from "../../model/time.ts";
import { CopyText } from "../../ui/copy-text.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { BrokenIcon, CheckIcon } from "../../ui/icons.tsx";

const rebuild =
  "npx node apps/enclave/src/main.ts build --out agent.mjs --root development.root --index knowledge.index";

interface EvidenceDialogProps {
  readonly evidence: AgentEvidence;
  readonly badge: EvidenceBadge;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Each claim and what became of it; what evidence says is shown only when all of them hold. */
export function EvidenceDialog({ evidence, badge, isOpen, onClose }: EvidenceDialogProps) {
  const { claims, checkedAtMs, facts, state } = evidence;
  return (
    <Dialog title="Where the assistant runs" isOpen={isOpen} onClose={onClose}>
      <div className="stack">
        <p className="receipt-verdict" data-tone={badge.tone}>
          <span className={badge.tone === "verified" ? "tag tag-verified" : "tag tag-caution"}>
            {badge.label}
          </span>
          {badge.line}
        </p>
        {claims.length > 0 && (
          <section>
            <h3 className="section-title">What this device checked</h3>
            <ul className="steps">
              {claims.map((claim) => (
                <Claim key={claim.claim} claim={claim} />
              ))}
            </ul>
            {checkedAtMs !== undefined && (
              <p className="evidence-asked muted">Last asked {moment(checkedAtMs)}</p>
            )}
          </section>
        )}
        {facts !== undefined && state !== "blocked" && <Facts facts={facts} />}
      </div>
    </Dialog>
  );
}

function Claim({ claim: { claim, status, reasons } }: { readonly claim: AgentClaim }) {
  const passed = status === "passed";
  return (
    <li className="step" data-status={status}>
      {passed ? <CheckIcon /> : <BrokenIcon />}
      <span>
        {claimWord(claim)}: <strong>{passed ? "passed" : "failed"}</strong>
        {reasons.map((reason) => (
          <span key={reason}>
            {" "}
            ({reasonWord(reason)}) <code className="muted">{reason}</code>
          </span>
        ))}
      </span>
    </li>
  );
}

function Facts({ facts }: { readonly facts: EvidenceFacts }) {
  return (
    <>
      <section>
        <h3 className="section-title">What it showed</h3>
        <dl className="facts">
          <dt>Code</dt>
          <dd>{facts.software}</dd>
          <dt>Kept apart by</dt>
          <dd>{facts.moduleId}</dd>
          <dt>Started</dt>
          <dd>
            {moment(facts.bootedAtMs)} <span className="muted">(document {facts.counter} since then)</span>
          </dd>
          {facts.changedAtMs !== undefined && (
            <>
              <dt>Code changed</dt>
              <dd>{moment(facts.changedAtMs)}</dd>
            </>
          )}
          <dt>Key</dt>
          <dd>
            <CopyText what="the key" text={facts.identityKey} />
          </dd>
          {facts.measurements.map((measurement, pcr) => (
            <Measurement key={measurement} pcr={pcr} measurement={measurement} />
          ))}
          {facts.knowledgeDigest !== undefined && (
            <>
              <dt>Digest of the knowledge</dt>
              <dd>
                <CopyText what="the digest of the knowledge" text={facts.knowledgeDigest} />
              </dd>
            </>
          )}
        </dl>
      </section>
      <section>
        <h3 className="section-title">How to reproduce it</h3>
        <p>
          Build the assistant from its source, on the same Node, and compare the three measurements that this
          prints with those above.
        </p>
        <CopyText what="the command" text={rebuild} />
      </section>
    </>
  );
}

function moment(ms: number): string {
  return `${fullDate(ms)}, ${timeOfDay(ms)}`;
}

const measured = ["everything", "what runs it", "the program"];

function Measurement({ pcr, measurement }: { readonly pcr: number; readonly measurement: string }) {
  return (
    <>
      <dt>Measurement of {measured[pcr]}</dt>
      <dd>
        <CopyText what={`measurement ${pcr}`} text={measurement} />
      </dd>
    </>
  );
}
