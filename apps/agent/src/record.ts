import { toUtf8 } from "@cloister/bytes";
import type { Citation } from "@cloister/contracts/answer";
import { sha256 } from "@cloister/crypto";
import { type PatientHit, type PatientPassage, searchPatient } from "@cloister/retrieval/patient";
import type { Evidence, Grounded } from "./cite.ts";

const sourceName = "Your record";

const articlePrefix = "your-record-";

/** Whether a citation opens the asker's own record. */
export function isOfRecord(citation: Citation | undefined): boolean {
  return citation?.sourceName === sourceName && citation.article.startsWith(articlePrefix);
}

/**
 * What the asker's own record says to a question about them: word for word, each line cited as their record.
 * Whatever of it is used is quoted, so that the receipt's sources name it.
 * @throws BaseError `PATIENT_MISMATCH`
 */
export function quoteRecord(input: {
  readonly question: string;
  readonly patient: string;
  readonly passages: readonly PatientPassage[];
}): Grounded[] {
  return searchPatient(input).flatMap((hit, at) => {
    const evidence = evidenceOf(hit, at);
    return hit.lines.map((text) => {
      const start = hit.content.text.indexOf(text);
      return { text, from: [{ evidence, span: { start, end: start + text.length } }] };
    });
  });
}

function evidenceOf({ content: { id, title, text } }: PatientHit, at: number): Evidence {
  return {
    title,
    passage: text,
    of: "patient",
    citation: {
      article: `${articlePrefix}${at + 1}`,
      passage: id,
      title,
      quote: text,
      sourceName,
      sourceUrl: "",
      // The random id is in the answer and not in the receipt: nobody guesses words from a receipt's digest.
      digest: sha256(toUtf8(`${id}\n${text}`)),
      clinicallyReviewed: false,
    },
  };
}
