import { toHex } from "@cloister/bytes";
import type { Citation } from "@cloister/contracts/answer";
import { passageWords } from "../../model/source-words.ts";
import { webAddress } from "../../model/web-address.ts";
import { CopyText } from "../../ui/copy-text.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Notice } from "../../ui/notice.tsx";

interface SourceDialogProps {
  readonly number: number;
  readonly citation: Citation | undefined;
  readonly onClose: () => void;
}

/** The passage behind a citation. Its words came with the answer: opening it asks nobody. */
export function SourceDialog({ number, citation, onClose }: SourceDialogProps) {
  return (
    <Dialog title={`Source ${number}`} isOpen={citation !== undefined} onClose={onClose}>
      {citation !== undefined && <Source citation={citation} />}
    </Dialog>
  );
}

/** After a title: two citations of one article are of different parts of it. */
export function PassageWords({ citation }: { readonly citation: Citation }) {
  const words = passageWords(citation);
  if (words === undefined) return null;
  return (
    <span>
      : <bdi>{words}</bdi>
    </span>
  );
}

function Source({ citation }: { readonly citation: Citation }) {
  const address = webAddress(citation.sourceUrl);
  return (
    <div className="stack">
      <h3 className="source-title" dir="auto">
        {citation.title}
        <PassageWords citation={citation} />
      </h3>
      <blockquote className="quote" dir="auto">
        {citation.quote}
      </blockquote>
      {citation.clinicallyReviewed ? (
        <p className="muted">Reviewed by a clinician.</p>
      ) : (
        <Notice tone="caution">
          <p>Not reviewed by a clinician.</p>
        </Notice>
      )}
      <dl className="facts">
        <dt>Written from</dt>
        <dd>
          <bdi>{citation.sourceName}</bdi>
        </dd>
        {address !== undefined && (
          <>
            <dt>On the web</dt>
            <dd>
              <a href={address} target="_blank" rel="noreferrer">
                {address}
              </a>
              <span className="muted"> (leaves Cloister; that site sees your visit)</span>
            </dd>
          </>
        )}
        <dt>Digest of the article</dt>
        <dd>
          <CopyText what="the digest of the article" text={toHex(citation.digest)} />
        </dd>
      </dl>
    </div>
  );
}
