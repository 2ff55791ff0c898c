import { type FederationEvent, type FederationTask, releasesCount } from "@cloister/privacy/federation";

/** How a task stands: what anybody may see. */
export interface FederationStatus {
  readonly name: string;
  readonly membersCount: number;
  readonly thresholdCount: number;
  readonly stepsCount: number;
  readonly stepsTaken: number;
  /** How often hospitals paid for having their records looked at. */
  readonly paidForCount: number;
  readonly abortedCount: number;
  readonly rollbacksCount: number;
  /** Of the last step. */
  readonly survivors: readonly number[];
  /** How often each hospital was in a group that was left out or taken back. */
  readonly suspicions: Readonly<Record<number, number>>;
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
}

/** Remembers what happened since the coordinator started. */
export class History {
  readonly #task: FederationTask;
  readonly #losses: { step: number; loss: number }[] = [];
  readonly #suspicions = new Map<number, number>();
  #survivors: readonly number[] = [];
  #stepsTaken = 0;
  #abortedCount = 0;
  #rollbacksCount = 0;

  constructor(task: FederationTask) {
    this.#task = task;
  }

  add(event: FederationEvent): void {
    if (event.type === "aborted") this.#abortedCount += 1;
    if (event.type === "excluded") this.#suspect([event.node]);
    if (event.type === "suspects" || event.type === "rollback") this.#suspect(event.groups.flat());
    if (event.type === "rollback") {
      this.#rollbacksCount += 1;
      this.#stepsTaken = event.toStep;
    }
    if (event.type !== "step") return;
    this.#stepsTaken = event.stepsTaken;
    this.#survivors = event.survivors;
    if (event.loss !== undefined) this.#losses.push({ step: event.stepsTaken, loss: event.loss });
  }

  #suspect(nodes: readonly number[]): void {
    for (const node of nodes) this.#suspicions.set(node, (this.#suspicions.get(node) ?? 0) + 1);
  }

  /** As it stands; `stepsTaken` of the model itself, which may be older than this process. */
  status(stepsTaken: number): FederationStatus {
    const { name, members, thresholdCount, plan } = this.#task;
    return {
      name,
      membersCount: members.length,
      thresholdCount,
      stepsCount: plan.stepsCount,
      stepsTaken: Math.max(stepsTaken, this.#stepsTaken),
      paidForCount: releasesCount(this.#task),
      abortedCount: this.#abortedCount,
      rollbacksCount: this.#rollbacksCount,
      survivors: this.#survivors,
      suspicions: Object.fromEntries(this.#suspicions),
      losses: this.#losses,
    };
  }
}
