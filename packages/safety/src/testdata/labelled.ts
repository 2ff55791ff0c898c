/** What a text is (a kind of emergency, or why it is none) and the text. Every text here is invented. */
export type LabelledText = readonly [label: string, text: string];
