/**
 * Gathers pieces into a file and lets the browser save it. A Blob of many pieces may lie on the disk, so that
 * a large file need not fit into memory.
 */
export async function saveFile(name: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
  const parts: Blob[] = [];
  for await (const piece of pieces) parts.push(new Blob([new Uint8Array(piece)]));
  const url = URL.createObjectURL(new Blob(parts, { type: "application/octet-stream" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after this returns.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
