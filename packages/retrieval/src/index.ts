export {
  type Article,
  type MarkdownArticle,
  parseArticle,
  parseJsonlArticles,
  parseMarkdownArticle,
  type Source,
} from "./article.ts";
export {
  type AbstainReason,
  type Abstention,
  type AnswerLimits,
  type AnswerRequest,
  type AnswerSentence,
  type Citation,
  composeAnswer,
  type GroundedAnswer,
} from "./compose.ts";
export { conformRetrieve, type RetrieveAnswer } from "./conform.ts";
export { type Embedder, type Fused, fuseRanks, type HybridParts, HybridSearch } from "./hybrid.ts";
export { buildIndex, type Hit, KnowledgeIndex, type SearchResult } from "./knowledge.ts";
export { type Passage, splitPassages } from "./passages.ts";
export type { SentenceSpan } from "./sentences.ts";
export { checkSupport, type Support, type SupportRequest, type Unsupported } from "./support/check.ts";
export {
  MemoryVectorStore,
  type Neighbour,
  type VectorQuery,
  type VectorRow,
  type VectorStore,
} from "./vectors.ts";
