import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { connect } from "node:tls";
import { BaseError } from "@cloister/bytes";

/** An audit record repository that takes syslog over TLS (RFC 5425). */
export interface Repository {
  readonly host: string;
  readonly port: number;
  /** PEM file of whom to trust; else what the system trusts. */
  readonly caFile?: string;
  /** PEM files of this sender, where the repository asks for them. */
  readonly certFile?: string;
  readonly keyFile?: string;
}

const timeoutMs = 15_000;

/**
 * Sends framed messages and ends once the other side has closed too. Syslog acknowledges nothing: what the
 * repository did with them only it knows.
 * @throws BaseError `SYSLOG_FAILED`
 */
export async function sendSyslog(frames: AsyncIterable<string>, to: Repository): Promise<number> {
  const read = async (file: string | undefined) => (file === undefined ? undefined : readFile(file));
  const [ca, cert, key] = await Promise.all([read(to.caFile), read(to.certFile), read(to.keyFile)]);
  const given = Object.entries({ ca, cert, key }).filter(([, value]) => value !== undefined);
  const socket = connect({
    host: to.host,
    port: to.port,
    servername: to.host,
    minVersion: "TLSv1.2",
    ...Object.fromEntries(given),
  });
  socket.setTimeout(timeoutMs, () => socket.destroy(new Error("timed out")));
  let count = 0;
  try {
    await once(socket, "secureConnect");
    for await (const frame of frames) {
      if (!socket.write(frame)) await once(socket, "drain");
      count += 1;
    }
    const closed = once(socket, "close");
    socket.resume();
    socket.end();
    await closed;
    return count;
  } catch (cause) {
    const message = `${to.host}:${to.port} did not take the records after ${count}; look at its certificate and log`;
    throw new BaseError("Unavailable", "SYSLOG_FAILED", message, { cause });
  } finally {
    socket.destroy();
  }
}
