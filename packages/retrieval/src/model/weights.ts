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
  bias: -1.501,
  weights: {
    strength: 4.257,
    subject: 0.925,
    medical: 4.485,
    shaped: 1.648,
    affinity: 1.911,
    rarity: -4.701,
  },
};

/** Hex SHA-256 over both as JSON, in the order `{ ranking, relevance }`. */
export const modelDigest = "b252c3aa77464ae07d6037f49dab24bd2e1c4e63505168309538c0b0a7b61626";
