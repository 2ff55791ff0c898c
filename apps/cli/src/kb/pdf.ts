import { basename } from "node:path";
import { BaseError } from "@cloister/bytes";
import { type Article, parseArticle } from "@cloister/retrieval";

function slug(name: string): string {
  return (name.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ["document"]).join("-");
}

/** Lines as a page sets them, joined to paragraphs; words that were broken at a line's end are whole again. */
function flowing(page: string): string {
  return page
    .replace(/(\p{Ll})-\n(\p{Ll})/gu, "$1$2")
    .replace(/([^\n.!?:])\n(?=[^\n])/g, "$1 ")
    .trim();
}

/**
 * One article from a PDF file: its text page after page, titled as the document says or by its file name.
 * Scripts in it are not run and nothing is fetched; a scan without text is refused.
 * @throws BaseError `KB_ARTICLE`
 */
export async function parsePdf(path: string, bytes: Uint8Array): Promise<Article> {
  const { extractText, getDocumentProxy, getMeta } = await import("unpdf");
  const name = basename(path).replace(/\.pdf$/i, "");
  try {
    const pdf = await getDocumentProxy(Uint8Array.from(bytes));
    const { text } = await extractText(pdf, { mergePages: false });
    const { info } = await getMeta(pdf);
    const title: unknown = info["Title"];
    return parseArticle({
      id: slug(name),
      title: typeof title === "string" && title.trim() !== "" ? title : name,
      text: text.map(flowing).join("\n\n"),
    });
  } catch (cause) {
    const why = cause instanceof BaseError ? cause.message : "not a readable PDF";
    throw new BaseError("Decode", "KB_ARTICLE", why, { cause });
  }
}
