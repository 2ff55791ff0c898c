import { BaseError, isBaseError } from "@cloister/bytes";
import { parseCheckpointText, type TransparencyLog } from "@cloister/transparency";
import { parseNote } from "@cloister/transparency/note";
import { addSignatureLines, type Policy, verifyWitnessed } from "@cloister/transparency/witnessing";
import type { Logger } from "./logger.ts";
import { WitnessClient } from "./witness-client.ts";

const retryAfterMs = 5_000;

/** What the rounds stand on. */
export interface WitnessingOptions {
  readonly log: TransparencyLog;
  /** Its witnesses with an address are asked; a quorum of them makes a checkpoint a witnessed one. */
  readonly policy: Policy;
  readonly logger: Logger;
  /** Keeps the witnessed checkpoint for the next start. */
  readonly keep: (note: string) => Promise<void>;
  /** The one that was kept; untrusted. */
  readonly kept?: string;
  readonly fetch: typeof fetch;
}

/**
 * Has the policy's witnesses cosign the log's head, in rounds beside the appends, which never wait. A round is
 * over when the quorum is reached, or when every witness has answered or run out of time; one that is still
 * at it is left out of the next.
 */
export class Witnessing {
  readonly #options: WitnessingOptions;
  readonly #witnesses: readonly WitnessClient[];
  #latest: string | undefined;
  #isRunning = false;
  #isStopped = false;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: WitnessingOptions) {
    this.#options = options;
    if (options.kept !== undefined && this.#isWitnessed(options.kept)) this.#latest = options.kept;
    this.#witnesses = clientsOf(options);
  }

  /** The last checkpoint that the policy's quorum cosigned. */
  latest(): string | undefined {
    return this.#latest;
  }

  /** The log may have grown: begins rounds unless they are under way. */
  wake(): void {
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    clearTimeout(this.#retry);
    void this.#rounds();
  }

  /** Begins no more rounds. */
  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
  }

  async #rounds(): Promise<void> {
    const { log, logger } = this.#options;
    try {
      while (!this.#isStopped && (await this.#isBehind())) await this.#round(await log.checkpoint());
    } catch (error) {
      logger({ event: "unwitnessed", code: codeOf(error) });
      this.#retryLater();
    } finally {
      this.#isRunning = false;
    }
  }

  #retryLater(): void {
    if (this.#isStopped) return;
    this.#retry = setTimeout(() => this.wake(), retryAfterMs);
    this.#retry.unref();
  }

  async #isBehind(): Promise<boolean> {
    return this.#latest === undefined || sizeOf(this.#latest) < (await this.#options.log.size());
  }

  /** @throws BaseError `QUORUM_MISSING` */
  async #round(checkpoint: string): Promise<void> {
    const { keep, logger } = this.#options;
    const size = sizeOf(checkpoint);
    let cosigned = checkpoint;
    const asked = this.#witnesses
      .filter(({ isBusy }) => !isBusy)
      .map(async (witness) => {
        const lines = await this.#ask(witness, checkpoint, size);
        cosigned = addSignatureLines(cosigned, lines);
        if (!this.#isWitnessed(cosigned)) throw quorumMissing();
      });
    // Fulfils with the first that completes the quorum.
    await Promise.any(asked).catch(() => undefined);
    if (!this.#isWitnessed(cosigned)) throw quorumMissing();
    this.#latest = cosigned;
    await keep(cosigned);
    logger({ event: "witnessed", size });
  }

  async #ask(witness: WitnessClient, checkpoint: string, size: number): Promise<string> {
    try {
      return await witness.cosign(checkpoint, size);
    } catch (error) {
      this.#options.logger({ event: "witness", code: codeOf(error) });
      throw error;
    }
  }

  #isWitnessed(note: string): boolean {
    try {
      verifyWitnessed(note, this.#options.policy, [this.#options.log.vkey]);
      return true;
    } catch {
      return false;
    }
  }
}

/** One for each address, with all keys that the policy has for it. */
function clientsOf({ policy, log, fetch }: WitnessingOptions): WitnessClient[] {
  const urls = new Set(policy.witnesses.flatMap(({ url }) => url ?? []));
  const prove = (from: number, to: number) => log.proveConsistency(from, to);
  return [...urls].map((url) => {
    const keys = policy.witnesses.filter((witness) => witness.url === url).map(({ key }) => key);
    return new WitnessClient({ url, keys, prove, fetch });
  });
}

function sizeOf(checkpoint: string): number {
  return parseCheckpointText(parseNote(checkpoint).unverifiedText).size;
}

function quorumMissing(): BaseError {
  return new BaseError("Unavailable", "QUORUM_MISSING", "too few witnesses cosigned; the log asks again");
}

function codeOf(error: unknown): string {
  return isBaseError(error) ? error.code : "INTERNAL";
}
