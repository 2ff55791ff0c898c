import { MemoryVectorStore } from "@cloister/retrieval";
import { vectorStoreConformance } from "./vector-store.ts";

vectorStoreConformance({ open: async (dimensions) => new MemoryVectorStore(dimensions) });
