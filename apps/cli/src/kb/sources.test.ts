/// <reference types="node" />
import { Buffer } from "node:buffer";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseFhir } from "./fhir.ts";
import { htmlText } from "./html.ts";
import { parseMedlinePlus } from "./medlineplus.ts";
import { readArticles } from "./read.ts";

const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("HTML", () => {
  it("becomes headings, lists and paragraphs, and nothing else", () => {
    expect(
      htmlText(
        "<h3>What helps</h3><p>Rest &amp; <a href='x'>water</a>.<script>alert(1)</script></p><ul><li>Ice</li><li><p>Heat&#233;</p></li></ul>&lt;b&gt; &#x110000; &unknown;",
      ),
    ).toBe("## What helps\n\nRest & water.\n- Ice\n- Heaté\n\n<b> &unknown;");
  });
});

/** Our own words in the shape of the published DTD. */
const topics = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE health-topics SYSTEM "https://medlineplus.gov/xml/mplus_topics.dtd">
<health-topics total="2" date-generated="11/24/2026 02:30:31">
  <health-topic meta-desc="Gout hurts." title="Gout" url="https://medlineplus.gov/gout.html" id="123" language="English" date-created="11/20/2026">
    <also-called>Podagra</also-called>
    <full-summary>&lt;h3&gt;What is gout?&lt;/h3&gt;&lt;p&gt;Gout is a sudden pain in a joint.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Often the big toe&lt;/li&gt;&lt;/ul&gt;</full-summary>
    <group url="https://medlineplus.gov/bones.html" id="4">Bones &amp; joints</group>
    <language-mapped-topic url="https://medlineplus.gov/spanish/gota.html" id="9" language="Spanish">Gota</language-mapped-topic>
    <mesh-heading><descriptor id="D006073">Gouty arthritis</descriptor></mesh-heading>
    <primary-institute url="https://example.org">An institute</primary-institute>
    <see-reference>Toe pain</see-reference>
    <site title="A leaflet" url="https://example.org/gout"><information-category>Start Here</information-category><organization>Somebody</organization></site>
  </health-topic>
  <health-topic title="Gota" url="https://medlineplus.gov/spanish/gota.html" id="9" language="Spanish" date-created="11/20/2026">
    <full-summary>La gota.</full-summary>
  </health-topic>
</health-topics>`;

describe("MedlinePlus", () => {
  it("gives its English topics with names, groups and date", () => {
    expect(parseMedlinePlus(topics)).toEqual([
      {
        id: "medlineplus-123",
        title: "Gout",
        text: "## What is gout?\n\nGout is a sudden pain in a joint.\n- Often the big toe",
        topics: ["Bones & joints"],
        synonyms: ["Podagra", "Toe pain", "Gouty arthritis"],
        sources: [{ name: "MedlinePlus: Gout", url: "https://medlineplus.gov/gout.html" }],
        date: "2026-11-20",
        clinicallyReviewed: false,
      },
    ]);
  });

  it.each([
    ["broken XML", "<health-topics><health-topic>"],
    [
      "entities of its own",
      `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><health-topics><health-topic title="T" id="1" language="English"><full-summary>&e;</full-summary></health-topic></health-topics>`,
    ],
    ["a topic without text", topics.replace(/&lt;h3[\s\S]*?(?=<\/full-summary>)/, " ")],
    ["an address that is no link", topics.replace("https://medlineplus.gov/gout.html", "javascript:x")],
  ])("refuses %s", (_, xml) => {
    expect(() => parseMedlinePlus(xml)).toThrowError(code("KB_ARTICLE"));
  });
});

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const composition = {
  resourceType: "Composition",
  id: "gout",
  title: "Gout",
  date: "2026-11-20T10:00:00Z",
  url: "https://example.org/gout",
  section: [
    {
      title: "What helps",
      text: { status: "generated", div: "<div><p>Cold packs ease gout.</p></div>" },
      section: [{ title: "Medicines", text: { div: "<p>Ask about allopurinol.</p>" } }],
    },
  ],
};
const documentReference = {
  resourceType: "DocumentReference",
  id: "croup",
  description: "A leaflet",
  content: [
    { attachment: { contentType: "text/plain", title: "Croup", data: base64("Croup is a barking cough.") } },
  ],
};
const library = {
  resourceType: "Library",
  id: "asthma",
  title: "Asthma",
  content: [{ contentType: "text/html", data: base64("<p>Asthma narrows the airways.</p>") }],
};

describe("FHIR", () => {
  it("gives sections, attachments and bundles of them", () => {
    const entries = [composition, documentReference, library, { resourceType: "Patient", id: "p" }];
    const bundle = {
      resourceType: "Bundle",
      type: "collection",
      entry: entries.map((resource) => ({ resource })),
    };
    expect(parseFhir(JSON.stringify(bundle))).toMatchObject([
      {
        id: "composition-gout",
        text: "## What helps\n\nCold packs ease gout.\n\n## Medicines\n\nAsk about allopurinol.",
        date: "2026-11-20",
        sources: [{ url: "https://example.org/gout" }],
      },
      { id: "documentreference-croup", title: "Croup", text: "Croup is a barking cough." },
      { id: "library-asthma", title: "Asthma", text: "Asthma narrows the airways." },
    ]);
  });

  const deep = (depth: number): object =>
    depth === 0 ? { title: "x" } : { title: "x", section: [deep(depth - 1)] };

  it.each<[string, unknown]>([
    ["what is about a patient", { ...documentReference, subject: { reference: "Patient/1" } }],
    ["another resource", { resourceType: "Patient", id: "p" }],
    [
      "an attachment elsewhere",
      { ...library, content: [{ contentType: "text/html", url: "https://x.org" }] },
    ],
    ["data that is not base64", { ...library, content: [{ contentType: "text/plain", data: "%%%" }] }],
    ["an id that is none", { ...library, id: "a b" }],
    ["sections without end", { ...composition, section: [deep(20)] }],
    ["null", null],
  ])("refuses %s", (_, value) => {
    expect(() => parseFhir(JSON.stringify(value))).toThrowError(code("KB_ARTICLE"));
  });

  it("refuses what is not JSON", () => {
    expect(() => parseFhir("{")).toThrowError(code("KB_ARTICLE"));
  });
});

/** The smallest PDF that holds text: one page, one font, the lines given. */
function pdfOf(lines: readonly string[]): Buffer {
  const shown = lines.map((line) => `(${line}) Tj T*`).join(" ");
  const stream = `BT /F1 12 Tf 14 TL 72 720 Td ${shown} ET`;
  const objects = [
    "<< /Type /Catalog /Pages 2 0 R >>",
    "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
    `<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`,
    "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    "<< /Title (Gout leaflet) >>",
  ];
  let out = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = out.length;
    out += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return `${String(at).padStart(10, "0")} 00000 n \n`;
  });
  const start = out.length;
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.join("")}`;
  out += `trailer << /Size ${objects.length + 1} /Root 1 0 R /Info 6 0 R >>\nstartxref\n${start}\n%%EOF`;
  return Buffer.from(out, "latin1");
}

describe("a folder", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "cloister-sources-"));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it("may hold every kind of file at once", async () => {
    await Promise.all([
      writeFile(join(folder, "a.json"), JSON.stringify(composition)),
      writeFile(join(folder, "b.xml"), topics),
      writeFile(join(folder, "c.md"), "---\nid: croup\ntitle: Croup\n---\nCroup is a barking cough."),
      writeFile(join(folder, "Gout, a leaflet.pdf"), pdfOf(["Gout is a sudden", "pain in a joint."])),
      writeFile(join(folder, "e.jsonl"), '{"id":"asthma","text":"Asthma narrows the airways."}'),
      writeFile(join(folder, "notes.txt"), "no article"),
    ]);
    const articles = await readArticles(folder);
    expect(articles.map(({ id }) => id)).toEqual([
      "gout-a-leaflet",
      "composition-gout",
      "medlineplus-123",
      "croup",
      "asthma",
    ]);
    expect(articles[0]).toMatchObject({ title: "Gout leaflet", text: "Gout is a sudden pain in a joint." });
  });

  it.each([
    ["scan.pdf", pdfOf([])],
    ["broken.pdf", Buffer.from("no PDF")],
    ["broken.xml", Buffer.from("<a>")],
    ["broken.json", Buffer.from("{}")],
  ])("names the file that is wrong: %s", async (name, bytes) => {
    await writeFile(join(folder, name), bytes);
    await expect(readArticles(folder)).rejects.toMatchObject({
      code: "KB_ARTICLE",
      message: expect.stringContaining(name),
    });
  });
});
