import { detect } from "./detect.ts";
import type { IdentifierLabel, Span } from "./labels.ts";

/** Forms that surrogates have and that belong to nobody: what is of another form is none, whoever says so. */
const RESERVED: Partial<Readonly<Record<IdentifierLabel, RegExp>>> = {
  EMAIL: /@example\.(?:org|com|net)$/i,
  URL: /^(?:[a-z]{2,5}:\/\/)?(?:[\w-]+\.)+example\.(?:org|com|net)(?![\w.-])/i,
  IP: /^(?:198\.1[89]\.|2001:db8:)/i,
};

/**
 * What a text that is about to leave still identifies: all that the strict detector finds and that is neither
 * one of the surrogates its sender names nor, for addresses, of the reserved form that surrogates have. It knows no
 * original; sender and egress ask the same question. Linear in the text, for each surrogate.
 */
export function findUndeclared(text: string, surrogates: readonly string[]): Span[] {
  const found = detect(text, "strict");
  if (found.length === 0) return [];
  const isDeclared = declaredIn(text, surrogates);
  return found.filter(({ start, end, label }) => {
    const value = text.slice(start, end);
    if (RESERVED[label]?.test(value) === false) return true;
    if (label === "SSN" && /^\D*(?:\d\D*){9}$/.test(value) && !/^\D*9/.test(value)) return true;
    for (let at = start; at < end; at += 1)
      if (!isDeclared[at] && /[\p{L}\p{N}]/u.test(text[at] ?? "")) return true;
    return false;
  });
}

/** For each code unit whether it belongs to a surrogate that stands there as a whole. */
function declaredIn(text: string, surrogates: readonly string[]): readonly boolean[] {
  const isDeclared = Array.from({ length: text.length }, () => false);
  for (const surrogate of new Set(surrogates)) {
    if (surrogate === "") continue;
    for (let at = text.indexOf(surrogate); at >= 0; at = text.indexOf(surrogate, at + surrogate.length)) {
      const around = `${text[at - 1] ?? ""}${text[at + surrogate.length] ?? ""}`;
      if (!/[\p{L}\p{N}]/u.test(around)) isDeclared.fill(true, at, at + surrogate.length);
    }
  }
  return isDeclared;
}
