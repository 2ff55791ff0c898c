import { Buffer } from "node:buffer";
import { BaseError } from "@cloister/bytes";
import { type Article, parseArticle } from "@cloister/retrieval";
import { z } from "zod";
import { htmlText } from "./html.ts";

const attachment = z.object({
  contentType: z.string().optional(),
  data: z.base64().optional(),
  url: z.string().optional(),
  title: z.string().optional(),
});

const base = {
  id: z.string().regex(/^[A-Za-z0-9.-]{1,64}$/),
  title: z.string().optional(),
  description: z.string().optional(),
  date: z.string().optional(),
  url: z.string().optional(),
  subject: z.unknown().optional(),
};

interface Section {
  readonly title?: string | undefined;
  readonly text?: { readonly div: string } | undefined;
  readonly section?: readonly Section[] | undefined;
}

const section: z.ZodType<Section> = z.lazy(() =>
  z.object({
    title: z.string().optional(),
    text: z.object({ div: z.string() }).optional(),
    section: z.array(section).optional(),
  }),
);

const resource = z.discriminatedUnion("resourceType", [
  z.object({ resourceType: z.literal("Composition"), ...base, section: z.array(section).optional() }),
  z.object({
    resourceType: z.literal("DocumentReference"),
    ...base,
    content: z.array(z.object({ attachment })).optional(),
  }),
  z.object({ resourceType: z.literal("Library"), ...base, content: z.array(attachment).optional() }),
]);

type Resource = z.infer<typeof resource>;

const bundle = z.object({
  resourceType: z.literal("Bundle"),
  entry: z.array(z.object({ resource: z.unknown() })).optional(),
});

const kinds: ReadonlySet<unknown> = new Set(["Composition", "DocumentReference", "Library"]);

const MAX_SECTION_DEPTH = 8;

function refused(why: string): BaseError {
  return new BaseError("Decode", "KB_ARTICLE", `FHIR resource refused: ${why}`);
}

function attachmentText({ contentType = "", data }: z.infer<typeof attachment>): string[] {
  if (data === undefined || !/^text\/|^application\/xhtml\+xml/.test(contentType)) return [];
  const content = Buffer.from(data, "base64").toString("utf8");
  return [/html/.test(contentType) ? htmlText(content) : content];
}

function sectionText(sections: readonly Section[], depth = 1): string[] {
  if (depth > MAX_SECTION_DEPTH) throw refused(`sections are nested deeper than ${MAX_SECTION_DEPTH}`);
  return sections.flatMap(({ title, text, section: inner = [] }) => [
    ...(title === undefined ? [] : [`## ${title}`]),
    ...(text === undefined ? [] : [htmlText(text.div)]),
    ...sectionText(inner, depth + 1),
  ]);
}

function textOf(of: Resource): string {
  switch (of.resourceType) {
    case "Composition":
      return sectionText(of.section ?? []).join("\n\n");
    case "DocumentReference":
      return (of.content ?? []).flatMap((each) => attachmentText(each.attachment)).join("\n\n");
    case "Library":
      return (of.content ?? []).flatMap(attachmentText).join("\n\n");
  }
}

function titleOf(of: Resource): string | undefined {
  const inside = of.resourceType === "DocumentReference" ? of.content?.[0]?.attachment.title : undefined;
  return of.title ?? inside ?? of.description;
}

function articleOf(value: unknown): Article {
  const parsed = resource.safeParse(value);
  if (!parsed.success) throw refused(z.prettifyError(parsed.error).split("\n", 1)[0] ?? "");
  const of = parsed.data;
  // A knowledge base is quoted to everybody: what is about one person must never enter it.
  if (of.subject !== undefined) throw refused(`${of.resourceType} has a subject, so it is about a person`);
  const date = /^\d{4}-\d{2}-\d{2}/.exec(of.date ?? "")?.[0];
  return parseArticle({
    id: `${of.resourceType.toLowerCase()}-${of.id}`,
    title: titleOf(of),
    text: textOf(of),
    ...(/^https?:\/\//.test(of.url ?? "") ? { url: of.url } : {}),
    ...(date === undefined ? {} : { date }),
  });
}

/**
 * Articles from FHIR R4 or R5 JSON: a Composition, a DocumentReference or Library with its text inside, or a
 * Bundle of these (its other resources are left out). Nothing is fetched.
 * @throws BaseError `KB_ARTICLE`, also for a resource that is about a patient
 */
export function parseFhir(json: string): Article[] {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (cause) {
    throw new BaseError("Decode", "KB_ARTICLE", "not JSON", { cause });
  }
  const asBundle = bundle.safeParse(value);
  if (!asBundle.success) return [articleOf(value)];
  const entries = (asBundle.data.entry ?? []).map((entry) => entry.resource);
  return entries
    .filter((entry) => kinds.has((entry as { readonly resourceType?: unknown } | null)?.resourceType))
    .map(articleOf);
}
