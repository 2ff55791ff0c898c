import { type Article, parseMarkdownArticle } from "../article.ts";

const article = (id: string, title: string, extra: object, body: string): Article =>
  parseMarkdownArticle({
    frontMatter: {
      id,
      title,
      sources: [{ name: `${title}, invented leaflet`, url: `https://example.org/${id}` }],
      date: "2026-11-01",
      clinicallyReviewed: false,
      ...extra,
    },
    body,
  });

/** A tiny invented knowledge base: enough to search, to cite and to be silent. */
export const clinic: readonly Article[] = [
  article(
    "asthma",
    "Asthma",
    { synonyms: ["tight chest", "wheezing"], topics: ["lungs"], clinicallyReviewed: true },
    `Asthma is a condition in which the airways narrow too easily. It often starts in childhood.

## Symptoms

Asthma causes wheezing, coughing and shortness of breath. They are worse at night.

## What helps

A reliever inhaler such as **salbutamol** opens the airways. Avoid smoke and other triggers.

## When to seek care

See a clinician if asthma wakes you at night.

- Call your emergency number if a person with asthma cannot speak in sentences.
- Call your emergency number if the lips turn blue.`,
  ),
  article(
    "ibuprofen",
    "Ibuprofen",
    { synonyms: ["advil", "nurofen"], topics: ["medicines", "pain"] },
    `Ibuprofen eases pain and brings down fever.

## How it is taken

Take ibuprofen with food. Use the lowest amount of ibuprofen for the shortest time.

## Side effects

Common side effects of ibuprofen are indigestion and nausea.

## Who should take care

People with kidney disease or high blood pressure should ask before using ibuprofen.`,
  ),
  article(
    "choking",
    "First aid for choking",
    { topics: ["first aid"] },
    `Choking happens when something blocks the airway.

## What to do

Encourage a person who can cough to keep coughing. Give five back blows. Then give five abdominal thrusts. Repeat until the object comes out.

## When to call for help

Call emergency services when a choking person cannot breathe.`,
  ),
  article(
    "gout",
    "Gout",
    { topics: ["joints"] },
    `Gout is a kind of arthritis, also called uric acid arthritis. It causes sudden pain in a joint.

## What helps

Rest and cold packs ease an attack of gout. Allopurinol (AP) lowers uric acid over time.

## When to seek care

See a clinician about a first attack of gout.`,
  ),
  article(
    "high-blood-pressure",
    "High blood pressure",
    { topics: ["heart"] },
    `High blood pressure means that blood pushes too hard against the arteries. It seldom has symptoms.

## What helps

Less salt, exercise and medicines lower high blood pressure.`,
  ),
];
