import { detect, type Span } from "@cloister/deid";
import { type Assessment, type AssessOptions, assess, failedAssessment } from "@cloister/routing";

/** What a text says about somebody. */
export interface TextReading {
  /** Identifiers, in order, without overlaps. */
  readonly spans: readonly Span[];
  /** How sensitive it is, for `route` and `sendText`. */
  readonly assessment: Assessment;
}

/** When reading failed or took too long. */
export const failedReading: TextReading = { spans: [], assessment: failedAssessment };

/** Reads a text that is being written. Linear in its length; a fault counts as what could not be checked. */
export function readText(text: string, options: AssessOptions = {}): TextReading {
  try {
    const spans = detect(text);
    return { spans, assessment: assess({ text }, () => spans, options) };
  } catch {
    return failedReading;
  }
}
