import type { JsonSchema } from "@cloister/answering";
import { z } from "zod/mini";

const bound = z.exactOptional(z.int().check(z.nonnegative()));
const limit = z.exactOptional(z.number());

/**
 * A JSON schema that every engine understands and that the answer is checked against. Any other keyword is
 * refused: what is not checked must not look as if it were. Attacker-controlled; the body's depth is bounded.
 */
export const jsonSchema: z.ZodMiniType<JsonSchema> = z.lazy(() =>
  z.union([
    z.strictObject({
      enum: z
        .array(z.union([z.string(), z.number(), z.boolean(), z.null()]))
        .check(z.minLength(1), z.maxLength(256)),
    }),
    z.strictObject({ type: z.literal("string"), minLength: bound, maxLength: bound }),
    z.strictObject({ type: z.enum(["integer", "number"]), minimum: limit, maximum: limit }),
    z.strictObject({ type: z.enum(["boolean", "null"]) }),
    z.strictObject({ type: z.literal("array"), items: jsonSchema, minItems: bound, maxItems: bound }),
    z
      .strictObject({
        type: z.literal("object"),
        properties: z.record(z.string().check(z.maxLength(64)), jsonSchema),
        required: z.array(z.string()).check(z.maxLength(64)),
        additionalProperties: z.literal(false),
      })
      .check(z.refine(requiresAll)),
  ]),
);

function requiresAll(schema: { properties: object; required: readonly string[] }): boolean {
  const names = Object.keys(schema.properties);
  return names.length === schema.required.length && names.every((name) => schema.required.includes(name));
}
