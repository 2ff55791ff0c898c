import type { Seeded } from "../../../tools/training/seeded.ts";

const SLOT = /\{(\w+)\}/;
/** Innermost `(a|b)` first. */
const GROUP = /\(([^()]*)\)/;

/** Lists that `{NAME}` stands for: lines `NAME: a|b|c` of a file. */
export function slotsOf(file: string): ReadonlyMap<string, readonly string[]> {
  const lines = file.split("\n").filter((line) => /^\w+: /.test(line));
  return new Map(
    lines.map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, at), line.slice(at + 2).split("|")];
    }),
  );
}

/** One text of a template: `(a|b)` is one of them, `(a|)` may be left out, `{NAME}` is one of a slot. */
export function expand(
  template: string,
  slots: ReadonlyMap<string, readonly string[]>,
  random: Seeded,
): string {
  let text = template;
  for (let group = GROUP.exec(text); group !== null; group = GROUP.exec(text)) {
    const choice = random.pick((group[1] ?? "").split("|"));
    text = text.replace(group[0], () => choice);
  }
  for (let slot = SLOT.exec(text); slot !== null; slot = SLOT.exec(text)) {
    const values = slots.get(slot[1] ?? "");
    if (values === undefined) throw new Error(`unknown slot in: ${template}`);
    text = text.replace(slot[0], () => random.pick(values));
  }
  return text.replaceAll(/ +/g, " ").replaceAll(" ,", ",").replaceAll(" ?", "?").trim();
}

/** Lines of a file under `# heading`. */
export function linesUnder(file: string, wanted: string): string[] {
  let heading = "";
  return file.split("\n").filter((line) => {
    if (line.startsWith("# ")) heading = line.slice(2);
    return heading === wanted && line !== "" && !line.startsWith("# ");
  });
}
