import { fromBase64Url, toHex } from "@cloister/bytes";
import type { Self } from "@cloister/client";
import { CopyText } from "../../ui/copy-text.tsx";

/** What a careful person compares with what the organisation published. */
export function About({ self }: { readonly self: Self }) {
  const { name, organisationKey, log } = self.organisation;
  return (
    <section className="card" aria-labelledby="about-title">
      <h2 id="about-title" className="section-title">
        About
      </h2>
      <dl className="facts">
        <dt>Organisation</dt>
        <dd>
          <bdi>{name}</bdi>
        </dd>
        <dt>Its key</dt>
        <dd>
          <CopyText what="the organisation's key" text={fingerprint(organisationKey)} />
          <span className="muted">
            Vouches for clinicians and the assistant. Compare it with what they published.
          </span>
        </dd>
        <dt>Its log</dt>
        <dd>
          <CopyText what="the log's verifier key" text={log.vkey} />
        </dd>
      </dl>
      <p className="muted">Cloister is open source and no medical device.</p>
    </section>
  );
}

/** The key in hex, in groups that can be read aloud. */
function fingerprint(key: string): string {
  return (toHex(fromBase64Url(key)).match(/.{1,4}/g) ?? []).join(" ");
}
