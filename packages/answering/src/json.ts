/** Any JSON value. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * The part of JSON Schema that all engines understand alike. Every property of an object is required and no
 * other is allowed, as OpenAI's strict mode and llama.cpp's grammars have it.
 */
export type JsonSchema =
  | { readonly enum: readonly (string | number | boolean | null)[] }
  | { readonly type: "string"; readonly minLength?: number; readonly maxLength?: number }
  | { readonly type: "integer" | "number"; readonly minimum?: number; readonly maximum?: number }
  | { readonly type: "boolean" | "null" }
  | {
      readonly type: "array";
      readonly items: JsonSchema;
      readonly minItems?: number;
      readonly maxItems?: number;
    }
  | {
      readonly type: "object";
      readonly properties: Readonly<Record<string, JsonSchema>>;
      readonly required: readonly string[];
      readonly additionalProperties: false;
    };

/** An object of which every property must be there. */
export function jsonObject(
  properties: Readonly<Record<string, JsonSchema>>,
): Extract<JsonSchema, { readonly type: "object" }> {
  return { type: "object", properties, required: Object.keys(properties), additionalProperties: false };
}

/**
 * Whether a value has the shape. Engines are not trusted to have kept to it: grammars admit `8888e8888` for an
 * integer, and servers ignore options they do not know.
 */
export function matchesSchema(value: unknown, schema: JsonSchema): value is JsonValue {
  if ("enum" in schema) return schema.enum.some((choice) => choice === value);
  switch (schema.type) {
    case "string":
      return (
        typeof value === "string" && within(Array.from(value).length, schema.minLength, schema.maxLength)
      );
    case "integer":
      return Number.isSafeInteger(value) && within(value as number, schema.minimum, schema.maximum);
    case "number":
      return Number.isFinite(value) && within(value as number, schema.minimum, schema.maximum);
    case "boolean":
      return typeof value === "boolean";
    case "null":
      return value === null;
    case "array":
      return (
        Array.isArray(value) &&
        within(value.length, schema.minItems, schema.maxItems) &&
        value.every((item) => matchesSchema(item, schema.items))
      );
    case "object":
      return matchesObject(value, schema.properties, schema.required);
  }
}

function matchesObject(
  value: unknown,
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
): boolean {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  if (!required.every((key) => Object.hasOwn(value, key))) return false;
  return entries.every(([key, item]) => {
    const schema = Object.hasOwn(properties, key) ? properties[key] : undefined;
    return schema !== undefined && matchesSchema(item, schema);
  });
}

function within(size: number, least = -Infinity, most = Infinity): boolean {
  return size >= least && size <= most;
}
