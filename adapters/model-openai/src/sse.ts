import { protocolError } from "./errors.ts";

const maxLineLength = 65_536;
const maxStreamBytes = 16 * 1024 * 1024;
const fieldNames = new Set(["data", "event", "id", "retry"]);

/**
 * Server-sent events (WHATWG HTML, 9.2), as strictly as a model's server needs: pieces of bytes in, the data of
 * complete events out. All of it is attacker-controlled. Lines of at most 65,536 characters, 16 MiB in all.
 */
export class EventParser {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true });
  #line = "";
  #data: string[] = [];
  #receivedBytes = 0;
  #afterReturn = false;

  /** @throws BaseError `MODEL_PROTOCOL` */
  push(bytes: Uint8Array): readonly string[] {
    this.#receivedBytes += bytes.length;
    if (this.#receivedBytes > maxStreamBytes) throw protocolError("sends without end");
    let text: string;
    try {
      text = this.#decoder.decode(bytes, { stream: true });
    } catch {
      throw protocolError("sends text that is not UTF-8");
    }
    // A line feed that follows a carriage return of the piece before belongs to it.
    if (this.#afterReturn && text.startsWith("\n")) text = text.slice(1);
    if (text !== "") this.#afterReturn = text.endsWith("\r");
    const lines = (this.#line + text).split(/\r\n|\r|\n/);
    this.#line = lines.pop() ?? "";
    if (this.#line.length > maxLineLength) throw protocolError("sends a line without end");
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): string[] {
    if (line.length > maxLineLength) throw protocolError("sends a line without end");
    if (line === "") {
      const event = this.#data.length === 0 ? [] : [this.#data.join("\n")];
      this.#data = [];
      return event;
    }
    if (line.startsWith(":")) return [];
    const colon = line.indexOf(":");
    const name = colon === -1 ? line : line.slice(0, colon);
    if (!fieldNames.has(name)) throw protocolError("sends what is no event stream");
    if (name === "data") this.#addData(colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, ""));
    return [];
  }

  #addData(data: string): void {
    this.#data.push(data);
    if (this.#data.length > 16) throw protocolError("sends an event without end");
  }
}
