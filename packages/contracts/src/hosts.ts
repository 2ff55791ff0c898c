const loopbackName = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/;

/** Under which names a server is reached. */
export interface HostRule {
  /** Address or name that the server listens on. */
  readonly listensOn: string;
  /** `host` or `host:port` of the addresses that people use, as in a URL. */
  readonly publicHosts: readonly string[];
}

/**
 * Whether a server at `port` answers a request with this `Host` (attacker-controlled). A page of another site
 * can have its name point at this machine (DNS rebinding) and then read what "its own" server says; but its
 * requests carry its name. Loopback names count always, public ones where they are known. A server that
 * listens to the network and was told no name answers to any.
 */
export function answersToHost(rule: HostRule, host: string | undefined, port: number | undefined): boolean {
  const { listensOn, publicHosts } = rule;
  if (publicHosts.length === 0 && !loopbackName.test(listensOn)) return true;
  if (host === undefined) return false;
  if (publicHosts.includes(host)) return true;
  // Port 80 may be left out.
  const [, name = "", given = "80"] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  return loopbackName.test(name) && given === String(port);
}
