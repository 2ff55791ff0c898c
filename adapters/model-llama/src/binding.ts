/*
 * What we use of node-llama-cpp 3, by hand: it is installed beside the project, on demand, so its own types are
 * not at hand when this is compiled.
 */

/** The module as it is imported. */
export interface Binding {
  getLlama(options: {
    readonly gpu: false;
    readonly build: "never";
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly logLevel: "disabled";
    readonly maxThreads: number;
  }): Promise<Llama>;
  readonly LlamaChat: new (options: { readonly contextSequence: Sequence }) => Chat;
}

export interface Llama {
  loadModel(options: { readonly modelPath: string; readonly gpuLayers: 0 }): Promise<LoadedModel>;
  createGrammarForJsonSchema(schema: object): Promise<object>;
}

export interface LoadedModel {
  readonly trainContextSize: number;
  readonly tokenizer: object;
  createContext(options: {
    readonly contextSize: number;
    readonly threads: number;
    readonly sequences: 1;
  }): Promise<Context>;
}

export interface Context {
  getSequence(): Sequence;
  dispose(): Promise<void>;
}

export interface Sequence {
  readonly tokenMeter: { getState(): { readonly usedOutputTokens: number } };
}

/** Strings in a history are text: what reads as a control token in them is taken letter by letter. */
export type HistoryItem =
  | { readonly type: "system" | "user"; readonly text: string }
  | { readonly type: "model"; readonly response: readonly string[] };

export interface Chat {
  readonly chatWrapper: {
    generateContextState(input: { readonly chatHistory: readonly HistoryItem[] }): {
      readonly contextText: { tokenize(tokenizer: object): readonly unknown[] };
    };
  };
  generateResponse(
    history: readonly HistoryItem[],
    options: {
      readonly maxTokens: number;
      readonly temperature: number;
      readonly seed: number;
      readonly grammar?: object;
      readonly signal: AbortSignal;
      readonly stopOnAbortSignal: true;
      readonly onTextChunk: (text: string) => void;
    },
  ): Promise<{ readonly metadata: { readonly stopReason: string } }>;
  dispose(): void;
}
