import type { ReceiptStep, ReceiptVerdict } from "@cloister/client";
import { type ReceiptBadge as Badge, placeWord, stepWord } from "../../model/receipt-words.ts";
import { allowedPlace, decisionReasons } from "../../model/route-words.ts";
import { CopyText } from "../../ui/copy-text.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { BrokenIcon, CheckIcon } from "../../ui/icons.tsx";
import { ReceiptBadge } from "./receipt-badge.tsx";

interface ReceiptDialogProps {
  readonly verdict: ReceiptVerdict;
  readonly badge: Badge;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Each step of the check, and what the receipt says; its claims are shown only when every step passed. */
export function ReceiptDialog({ verdict, badge, isOpen, onClose }: ReceiptDialogProps) {
  return (
    <Dialog title="Receipt of this answer" isOpen={isOpen} onClose={onClose}>
      <div className="stack">
        <ReceiptBadge className="receipt-verdict" badge={badge} />
        <section>
          <h3 className="section-title">What this device checked</h3>
          <ul className="steps">
            {verdict.steps.map((step) => (
              <Step key={step.step} step={step} />
            ))}
          </ul>
        </section>
        {"claims" in badge ? (
          <Claims claims={badge.claims} />
        ) : (
          <p>
            What the receipt claims is not shown: it is worth nothing while a step fails. Tell the
            organisation, and ask a person instead.
          </p>
        )}
      </div>
    </Dialog>
  );
}

function Step({ step }: { readonly step: ReceiptStep }) {
  const passed = step.status === "passed";
  return (
    <li className="step" data-status={step.status}>
      {passed ? <CheckIcon /> : <BrokenIcon />}
      <span>
        {stepWord(step.step)}: <strong>{passed ? "passed" : "failed"}</strong>
        {step.reason !== undefined && <code className="muted"> {step.reason}</code>}
      </span>
    </li>
  );
}

type ReceiptClaims = NonNullable<ReceiptVerdict["claims"]>;

/** What the asker's device decided before the question left it. */
function Decided({ decision }: { readonly decision: NonNullable<ReceiptClaims["decision"]> }) {
  return (
    <>
      <dt>Where it might be answered</dt>
      <dd>
        {allowedPlace(decision)} <span className="muted">(decided on the asker's device)</span>
      </dd>
      <dt>Why there</dt>
      <dd>{decisionReasons(decision)}</dd>
      <dt>Digest of the organisation's rules</dt>
      <dd>
        <CopyText what="the digest of the organisation's rules" text={decision.policyDigest} />
      </dd>
    </>
  );
}

function Claims({ claims }: { readonly claims: ReceiptClaims }) {
  return (
    <section>
      <h3 className="section-title">What the assistant signed</h3>
      <dl className="facts">
        <dt>Where it ran</dt>
        <dd>
          {placeWord(claims)}
          {claims.backing !== "hardware" && <span className="muted"> (its own word)</span>}
        </dd>
        {claims.decision !== undefined && <Decided decision={claims.decision} />}
        <dt>Engine</dt>
        <dd>
          {claims.engine.name} {claims.engine.version}
        </dd>
        <dt>Names and dates replaced beforehand</dt>
        <dd>{claims.deidentified ? "Yes" : "No"}</dd>
        <dt>Issued</dt>
        <dd>{claims.issuedAt}</dd>
        <dt>Log</dt>
        <dd>
          {claims.logOrigin}, entry {claims.leafIndex} of {claims.treeSize}
        </dd>
        <dt>Digest of the knowledge</dt>
        <dd>
          <CopyText what="the digest of the knowledge" text={claims.knowledgeDigest} />
        </dd>
        {claims.modelDigest !== undefined && (
          <>
            <dt>Digest of the model</dt>
            <dd>
              <CopyText what="the digest of the model" text={claims.modelDigest} />
            </dd>
          </>
        )}
        <dt>Sources</dt>
        <dd>
          {claims.sources.length === 0 && "None"}
          <ul className="plain-list">
            {claims.sources.map((source) => (
              <li key={source.id}>
                <bdi>{source.title}</bdi>
              </li>
            ))}
          </ul>
        </dd>
      </dl>
    </section>
  );
}
