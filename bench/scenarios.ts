/** What is measured with each library; the same for Cloister (Node and Chromium) and for its peers. */

/** An encrypted message: 3 opens a session, 2 continues one. */
interface Sealed {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/**
 * A library to measure. `start`, `seal` and `open` read the session from stored bytes and store it as bytes
 * again, as if every message came after a restart.
 */
export interface Library<Device, Bundle> {
  /** A new device with its identity. */
  readonly device: (name: string) => Device;
  /** Makes prekeys, and as many bundles, each with a one-time prekey of its own. */
  readonly publish: (device: Device, count: number) => readonly Bundle[];
  /** Checks the bundle and starts a session. */
  readonly start: (from: Device, to: Device, bundle: Bundle) => void | Promise<void>;
  readonly seal: (from: Device, to: Device, plaintext: Uint8Array) => Sealed | Promise<Sealed>;
  readonly open: (to: Device, from: Device, sealed: Sealed) => Uint8Array | Promise<Uint8Array>;
}

/** What a piece of work took. A browser does not tell CPU time. */
export interface Cost {
  readonly cpuUs?: number;
  readonly wallUs: number;
}

type Meter = (work: () => Promise<unknown>) => Promise<Cost>;

/** Names of the scenarios. */
export const scenarioNames = ["oneWay", "afterLoss", "pingPong", "setUp", "skip"] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** Most of the keys that everybody keeps for one chain. */
const LOST_COUNT = 1900;
const plaintext = new Uint8Array(100);

/** The scenarios over one library. Each runs something `count` times; preparations do not count. */
export function scenariosOf<Device, Bundle>(
  library: Library<Device, Bundle>,
  meter: Meter,
): Readonly<Record<ScenarioName, (count: number) => Promise<Cost>>> {
  const { device, publish, start, seal, open } = library;
  const send = async (from: Device, to: Device) => open(to, from, await seal(from, to, plaintext));

  /** Two devices that have answered each other. */
  const conversation = async (): Promise<[Device, Device]> => {
    const [a, b] = [device("a"), device("b")];
    for (const bundle of publish(b, 1)) await start(a, b, bundle);
    await send(a, b);
    await send(b, a);
    return [a, b];
  };

  const oneWay = ([a, b]: readonly [Device, Device], count: number) =>
    meter(async () => {
      for (let at = 0; at < count; at += 1) await send(a, b);
    });

  const lose = async ([a, b]: readonly [Device, Device], count: number) => {
    for (let at = 0; at < count; at += 1) await seal(a, b, plaintext);
  };

  return {
    oneWay: async (count) => oneWay(await conversation(), count),

    /** One way, while the receiver holds the keys of messages that got lost. */
    async afterLoss(count) {
      const pair = await conversation();
      await lose(pair, LOST_COUNT);
      await send(...pair);
      return oneWay(pair, count);
    },

    async pingPong(count) {
      const [a, b] = await conversation();
      return meter(async () => {
        for (let at = 0; at < count; at += 1) await (at % 2 === 0 ? send(a, b) : send(b, a));
      });
    },

    /** New peers, one after the other: check the bundle, start, seal and open the first message. */
    async setUp(count) {
      const b = device("b");
      const starts = publish(b, count).map((bundle, at) => ({ a: device(`a${at}`), bundle }));
      return meter(async () => {
        for (const { a, bundle } of starts) {
          await start(a, b, bundle);
          await send(a, b);
        }
      });
    },

    /** Opens one message before which `count` are missing. */
    async skip(count) {
      const pair = await conversation();
      await lose(pair, count);
      const [a, b] = pair;
      const last = await seal(a, b, plaintext);
      return meter(async () => open(b, a, last));
    },
  };
}
