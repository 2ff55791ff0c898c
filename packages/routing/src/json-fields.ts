import { BaseError } from "@cloister/bytes";
import { isDay } from "./calendar.ts";

/** Half of a character; it has no canonical bytes. */
const LONE = /\p{Surrogate}/u;

/** Reads an object from outside field by field; what is left over at the end is a mistake. */
export class JsonFields {
  readonly #fields: Map<string, unknown>;
  readonly #where: string;

  /** @throws BaseError `POLICY_FORMAT`, as all of these */
  constructor(value: unknown, where: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw mistake(where, "an object");
    this.#fields = new Map(Object.entries(value));
    this.#where = where;
  }

  #take(name: string): unknown {
    const value = this.#fields.get(name);
    this.#fields.delete(name);
    return value;
  }

  #path(name: string): string {
    return this.#where === "" ? name : `${this.#where}.${name}`;
  }

  /** The only version there is. */
  version(): 1 {
    if (this.#take("version") === 1) return 1;
    throw mistake(this.#path("version"), "1");
  }

  text(name: string): string {
    const value = this.#take(name);
    if (typeof value === "string" && value.trim() !== "" && !LONE.test(value)) return value;
    throw mistake(this.#path(name), "a text that is not empty");
  }

  boolean(name: string): boolean {
    const value = this.#take(name);
    if (typeof value === "boolean") return value;
    throw mistake(this.#path(name), "true or false");
  }

  count(name: string): number {
    const value = this.#take(name);
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw mistake(this.#path(name), "a whole number from 0 up");
  }

  /** A day as `2026-03-11`. */
  day(name: string): string {
    const value = this.#take(name);
    if (typeof value === "string" && isDay(value)) return value;
    throw mistake(this.#path(name), "a day such as 2026-03-11");
  }

  oneOf<const T extends string>(name: string, values: readonly T[]): T {
    const value = this.#take(name);
    const known = values.find((each) => each === value);
    if (known === undefined) throw mistake(this.#path(name), `one of ${values.join(", ")}`);
    return known;
  }

  /** Texts of a list, each once. */
  texts(name: string): string[] {
    return this.list(name, (item, path) => {
      if (typeof item === "string" && item !== "" && !LONE.test(item)) return item;
      throw mistake(path, "a text that is not empty");
    });
  }

  someOf<const T extends string>(name: string, values: readonly T[]): T[] {
    return this.list(name, (item, path) => {
      const known = values.find((each) => each === item);
      if (known === undefined) throw mistake(path, `one of ${values.join(", ")}`);
      return known;
    });
  }

  list<T>(name: string, read: (item: unknown, path: string) => T): T[] {
    const value = this.#take(name);
    const path = this.#path(name);
    if (!Array.isArray(value)) throw mistake(path, "a list");
    const items = value.map((item: unknown, at) => read(item, `${path}[${at}]`));
    if (new Set(items).size < items.length) throw mistake(path, "a list without doubles");
    return items;
  }

  object<T>(name: string, read: (fields: JsonFields) => T): T {
    const fields = new JsonFields(this.#take(name), this.#path(name));
    const value = read(fields);
    fields.end();
    return value;
  }

  /** Nothing may be left that was not asked for: a misspelt setting must not go unnoticed. */
  end(): void {
    const [name] = this.#fields.keys();
    if (name !== undefined) throw mistake(this.#path(name), "left out: there is no such setting");
  }
}

function mistake(path: string, what: string): BaseError {
  return new BaseError("Decode", "POLICY_FORMAT", `"${path}" must be ${what}`);
}
