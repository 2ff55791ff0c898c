// Written by packages/retrieval/training/train.ts; run it again after a change to the features or the lexicon.

/** How a document's subject raises or lowers its score. */
export const rankingModel = {
  named: 0.663,
  covered: 0.528,
  asked: 0.356,
  definition: 0.239,
  otherPart: -0.576,
  treatment: 0.433,
  whole: 0.728,
  telling: 0.539,
  specific: 0.498,
};

/** The chance that the corpus covers a question. */
export const relevanceModel = {
  bias: -2.055,
  weights: { strength: 3.125, subject: 0.644, medical: 5.245, shaped: 0.279, affinity: 1.939, rarity: -3.13 },
};

/** Hex SHA-256 over both as JSON, in the order `{ ranking, relevance }`. */
export const modelDigest = "f0fca4773f70164b5e33314ed99f8431cc0c793b764bfa88feb6783f1257c22f";
