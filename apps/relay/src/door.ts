import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import { answersToHost, type HostRule } from "@cloister/contracts/hosts";
import { RelayError } from "@cloister/relay-core";

/** What HTTP requests and upgrades are held against before anything else. */
export interface Door {
  readonly hosts: HostRule;
  /** Only then X-Forwarded-For counts: anybody can send one. */
  readonly trustedProxy: boolean;
}

/** @throws RelayError `FORBIDDEN` for a request to another name; see {@link answersToHost} */
export function requireHost({ hosts }: Door, { headers, socket }: IncomingMessage): void {
  if (answersToHost(hosts, headers.host, socket.localPort)) return;
  throw new RelayError("FORBIDDEN", { message: "the relay does not answer to this name; see --web-origin" });
}

/** What a bucket counts by: an IPv4 address, or the /64 of an IPv6 one, which is one household's. */
export function addressOf({ trustedProxy }: Door, { headers, socket }: IncomingMessage): string {
  // The proxy appended the last entry; those before it are the sender's own words.
  const forwarded = trustedProxy ? String(headers["x-forwarded-for"]).split(",").at(-1)?.trim() : undefined;
  const address = forwarded !== undefined && isIP(forwarded) > 0 ? forwarded : (socket.remoteAddress ?? "");
  if (address.includes(".")) return address.replace(/^::ffff:/, "");
  const [head = "", tail = ""] = address.split("::");
  const groups = head.split(":");
  // "::" stands for as many zeros as are missing.
  const zerosCount = Math.max(0, 8 - groups.length - tail.split(":").length);
  return [...groups, ...Array<string>(zerosCount).fill("0"), ...tail.split(":")].slice(0, 4).join(":");
}
