/**
 * Other tools on the sets written by hand, in one run with this detector: `node packages/deid/eval/peers.ts FOLDER`,
 * where FOLDER has had `npm install redact-pii@3.4.0 @redactpii/node@1.0.17 @coffeeandfun/remove-pii@3.0.1
 * compromise@14.17.0 compromise-dates@3.7.1`. None of them is a dependency of this repository.
 */
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { detect } from "../src/detect.ts";
import type { Span } from "../src/labels.ts";
import { marked } from "./marked.ts";
import { Score } from "./score.ts";

type Place = Pick<Span, "start" | "end">;
type Finder = (text: string) => readonly Place[];

const folder = resolve(process.argv[2] ?? ".");
const locate = createRequire(join(folder, "package.json"));

async function load<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(locate.resolve(name)).href)) as T;
}

const GAP = "\u0001";

/** Where a tool put {@link GAP}s: what is left of the text is found again in order. */
function gapsIn(text: string, redacted: string): Place[] {
  const kept = redacted.split(GAP);
  const places: Place[] = [];
  let at = kept[0]?.length ?? 0;
  kept.slice(1).forEach((piece, index) => {
    const isLast = index === kept.length - 2;
    const end = isLast ? text.length - piece.length : text.indexOf(piece, at + 1);
    if (end > at) places.push({ start: at, end });
    at = Math.max(at, end + piece.length);
  });
  return places;
}

interface Redactor {
  redact(text: string): string;
}

async function peers(): Promise<[string, Finder][]> {
  const { SyncRedactor } = await load<{ SyncRedactor: new (options: object) => Redactor }>("redact-pii");
  const redactPii = new SyncRedactor({ globalReplaceWith: GAP });
  const redactor = await load<{ Redactor: new (options: object) => Redactor }>("@redactpii/node");
  const rules = { CREDIT_CARD: true, EMAIL: true, NAME: true, PHONE: true, SSN: true };
  const redactpiiNode = new redactor.Redactor({ rules, globalReplaceWith: GAP });
  const { removePII } = await load<{ removePII: (text: string) => string }>("@coffeeandfun/remove-pii");
  const { default: nlp } = await load<{ default: Nlp }>("compromise");
  nlp.plugin((await load<{ default: unknown }>("compromise-dates")).default);
  return [
    ["redact-pii 3.4.0", (text) => gapsIn(text, redactPii.redact(text))],
    ["@redactpii/node 1.0.17", (text) => gapsIn(text, redactpiiNode.redact(text))],
    [
      "@coffeeandfun/remove-pii 3.0.1",
      (text) => gapsIn(text, removePII(text).replaceAll(/\[[^\]]{1,40} removed\]/g, GAP)),
    ],
    ["compromise 14.17.0 with dates", (text) => compromised(nlp(text))],
  ];
}

interface View {
  json(options: { offset: true }): readonly { offset: { start: number; length: number } }[];
}

interface Nlp {
  (text: string): Record<"people" | "places" | "dates" | "phoneNumbers" | "emails" | "urls", () => View>;
  plugin(plugin: unknown): void;
}

function compromised(document: ReturnType<Nlp>): Place[] {
  return (["people", "places", "dates", "phoneNumbers", "emails", "urls"] as const).flatMap((kind) =>
    document[kind]()
      .json({ offset: true })
      .map(({ offset: { start, length } }) => ({ start, end: start + length })),
  );
}

const sets = ["by-hand.txt", "second-dev.txt", "second-held-out.txt"].flatMap(marked);
const finders: [string, Finder][] = [
  ...(await peers()),
  ["this detector", (text) => detect(text)],
  ["this detector, strict", (text) => detect(text, "strict")],
];
for (const [name, find] of finders) {
  const [named, nobody] = [new Score(), new Score()];
  for (const each of sets) {
    const found = find(each.text).map(({ start, end }) => ({ start, end, label: "OTHER_ID" as const }));
    (each.spans.length > 0 ? named : nobody).add(each, found);
  }
  const { covered, precision, clean } = named.summary();
  const kinds = ["NAME", "LOCATION", "DATE", "AGE90", "PHONE"] as const;
  const byKind = kinds.map((kind) => {
    const { count = 0, covered: got = 0 } = named.byLabel.get(kind) ?? {};
    return `${kind} ${Math.round((1000 * got) / count) / 10}`;
  });
  process.stdout.write(
    `${name.padEnd(32)} covered ${covered} %, precision ${precision} %, clean ${clean} %, wrong in ${nobody.summary().hit} % of texts about nobody; ${byKind.join(", ")}\n`,
  );
}
