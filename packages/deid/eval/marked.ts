import { readFileSync } from "node:fs";
import type { IdentifierLabel, Span } from "../src/labels.ts";
import type { Case } from "./score.ts";

/** Lines of a file with `⟦LABEL:…⟧` round their identifiers, `⟦IGNORE:…⟧` round what counts neither way. */
export function marked(name: string): Case[] {
  const lines = readFileSync(new URL(name, import.meta.url), "utf8").split("\n");
  return lines
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => {
      const spans: Span[] = [];
      const ignore: { start: number; end: number }[] = [];
      let text = "";
      for (const part of line.replaceAll("\\n", "\n").split(/(?=⟦)|(?<=⟧)/)) {
        const [, label, identifier] = /^⟦(\w+):([^⟧]*)⟧$/.exec(part) ?? [];
        if (label === undefined || identifier === undefined) text += part;
        else {
          const place = { start: text.length, end: text.length + identifier.length };
          if (label === "IGNORE") ignore.push(place);
          else spans.push({ ...place, label: label as IdentifierLabel });
          text += identifier;
        }
      }
      return { text, spans, ignore };
    });
}
