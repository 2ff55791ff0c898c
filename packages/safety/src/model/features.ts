import type { Scope } from "../context.ts";
import type { TextReading } from "../reading.ts";
import type { Range, Token } from "../tokens.ts";
import { conceptsOf } from "./concepts.ts";
import { hashOf, mix } from "./hash.ts";
import { runsOf } from "./runs.ts";
import { firstFrom } from "./search.ts";

/** Concepts this near, in tokens, are about the same thing. */
const NEAR = 9;
/** A word this soon after a concept says something of it. */
const CLOSE = 5;

/** A word that was masked. */
const UNREAD = hashOf("");

/** Kinds of features. */
const WORD = 1;
const NEIGHBOURS = 2;
const CONCEPT = 3;
const CONCEPTS_NEAR = 4;
const CONCEPTS_APART = 5;
const ABSENT_CONCEPT = 6;
const ABSENT_WORD = 7;
const DISCOUNTED = 8;
const FINDING = 9;
const FINDING_CONCEPT = 10;
const CONCEPT_WORD = 11;

/** A token as the model reads it. */
interface Reading {
  readonly word: number;
  readonly concepts: readonly number[];
  readonly state: "live" | "negated" | "discounted";
}

/** What the rules found, by token. */
interface Found {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

/** Part of a text that the model judges as one. */
export interface Window extends Range {
  readonly features: ReadonlySet<number>;
}

function readingsOf(tokens: readonly Token[], scopes: readonly Scope[]): Reading[] {
  const states = Array.from({ length: tokens.length }, (): Reading["state"] => "live");
  for (const { discount, from, to } of scopes) {
    for (let at = from; at <= to && at < tokens.length; at += 1) {
      if (discount !== "negated") states[at] = "discounted";
      else if (states[at] === "live") states[at] = "negated";
    }
  }
  return tokens.map(({ text, value }, at) => ({
    word: hashOf(value === undefined ? text : "#"),
    concepts: value === undefined ? conceptsOf(text) : [],
    state: states[at] ?? "live",
  }));
}

interface Mention {
  readonly concept: number;
  readonly at: number;
}

function addPairs(mentions: readonly Mention[], out: Set<number>): void {
  for (const [i, { concept, at }] of mentions.entries()) {
    for (const other of mentions.slice(i + 1)) {
      if (other.concept === concept) continue;
      const low = Math.min(concept, other.concept);
      const high = Math.max(concept, other.concept);
      out.add(mix(CONCEPTS_APART, low, high));
      if (other.at - at <= NEAR) out.add(mix(CONCEPTS_NEAR, low, high));
    }
  }
}

function featuresOf(readings: readonly Reading[], { from, to }: Range, found: readonly Found[]): Set<number> {
  const out = new Set<number>();
  const mentions: Mention[] = [];
  let previous = 0;
  for (let at = from; at <= to; at += 1) {
    const reading = readings[at];
    if (reading === undefined) continue;
    const { word, concepts, state } = reading;
    if (word === UNREAD) continue;
    if (state === "live") {
      out.add(mix(WORD, word, 0));
      out.add(mix(NEIGHBOURS, previous, word));
      for (const { concept, at: before } of mentions) {
        if (at - before <= CLOSE) out.add(mix(CONCEPT_WORD, concept, word));
      }
      for (const concept of concepts) {
        out.add(mix(CONCEPT, concept, 0));
        mentions.push({ concept, at });
      }
    } else if (state === "negated") {
      out.add(mix(ABSENT_WORD, word, 0));
      for (const concept of concepts) out.add(mix(ABSENT_CONCEPT, concept, 0));
    } else for (const concept of concepts) out.add(mix(DISCOUNTED, concept, 0));
    previous = word;
  }
  addPairs(mentions, out);
  for (const { name } of found) {
    const finding = hashOf(name);
    out.add(mix(FINDING, finding, 0));
    for (const { concept } of mentions) out.add(mix(FINDING_CONCEPT, finding, concept));
  }
  return out;
}

function someBetween({ from, to }: Range, holds: (at: number) => boolean): boolean {
  for (let at = from; at <= to; at += 1) if (holds(at)) return true;
  return false;
}

/**
 * What a linear model sees of a text: words, neighbours, concepts, pairs of concepts and findings of the
 * rules, window by window; windows that speak of nothing are
 * left out. Discounted words count only as such. The work per window is bounded.
 */
export function windowsOf(
  tokens: readonly Token[],
  { sentences, scopes, found }: Pick<TextReading, "sentences" | "scopes" | "found">,
): Window[] {
  const readings = readingsOf(tokens, scopes);
  const isTelling = (at: number): boolean => {
    const reading = readings[at];
    return reading !== undefined && reading.state !== "discounted" && reading.concepts.length > 0;
  };
  return runsOf(tokens, sentences).flatMap((range) => {
    const inside: Found[] = [];
    for (let at = firstFrom(found, range.from); at < found.length; at += 1) {
      const hit = found[at];
      if (hit === undefined || hit.from > range.to) break;
      inside.push(hit);
    }
    if (inside.length === 0 && !someBetween(range, isTelling)) return [];
    const { from, to } = range;
    return [{ from, to, features: featuresOf(readings, range, inside) }];
  });
}
