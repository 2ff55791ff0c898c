import { broken, type TransparencyCode } from "./rules.ts";

/** Typed access to the fields of parsed JSON; whatever has another shape breaks the rule `code`. */
export class JsonFields {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #code: TransparencyCode;

  constructor(json: unknown, code: TransparencyCode) {
    this.#code = code;
    if (typeof json !== "object" || json === null) throw broken(code);
    this.#fields = new Map(Object.entries(json));
  }

  value(key: string): unknown {
    return this.#fields.get(key);
  }

  text(key: string): string {
    return this.#text(this.value(key));
  }

  number(key: string): number {
    const value = this.value(key);
    if (typeof value !== "number") throw broken(this.#code);
    return value;
  }

  texts(key: string): string[] {
    const value = this.value(key);
    if (!Array.isArray(value)) throw broken(this.#code);
    return value.map((item) => this.#text(item));
  }

  #text(value: unknown): string {
    if (typeof value !== "string") throw broken(this.#code);
    return value;
  }
}
