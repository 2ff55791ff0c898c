import type { Hono } from "hono";

/** Whoever calls a route without a right to it. */
export const callers = [
  "nobody",
  "other tenant",
  "other patient",
  "not on the care team",
  "revoked",
] as const;
export type Caller = (typeof callers)[number];

/** Why a route answers to a caller of the matrix. */
export interface Opening {
  /** Everybody, unless it says who. */
  readonly to?: readonly Caller[];
  readonly why: string;
}

/** One way to call a route as somebody. */
interface Attempt {
  readonly path: string;
  readonly init: RequestInit;
}

/** A process, by its own table of routes. */
export interface Service {
  readonly name: string;
  readonly app: Pick<Hono, "routes">;
  /** By `METHOD pattern`. What is not here has to refuse everybody. */
  readonly open: Readonly<Record<string, Opening>>;
  /** Every credential that this caller could try on the route. */
  attempts(caller: Caller, route: RouteName): Promise<readonly Attempt[]>;
  send(attempt: Attempt): Promise<Response>;
  /** 401 and 403, unless its protocol refuses in another way. */
  readonly isRefusal?: (answer: Response) => Promise<boolean>;
}

/** As it stands in the table. */
export interface RouteName {
  readonly method: string;
  readonly pattern: string;
}

/** A cell of the matrix that is not as it has to be. */
export interface Fault {
  readonly cell: string;
  readonly statuses: readonly number[];
  readonly fault: string;
}

/** Every route that the app has, middleware aside; a route with several handlers once. */
export function routesOf({ app }: Service): readonly RouteName[] {
  const named = app.routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => [nameOf({ method, pattern: path }), { method, pattern: path }] as const);
  return [...new Map(named).values()];
}

export function nameOf({ method, pattern }: RouteName): string {
  return `${method} ${pattern}`;
}

/** Calls every route as every caller. */
export async function faultsOf(service: Service): Promise<readonly Fault[]> {
  const faults: Fault[] = [];
  for (const route of routesOf(service)) {
    for (const caller of callers) faults.push(...(await faultOf(service, route, caller)));
  }
  return faults;
}

async function faultOf(service: Service, route: RouteName, caller: Caller): Promise<readonly Fault[]> {
  const { name, open, isRefusal = isDenied } = service;
  const opening = open[nameOf(route)];
  const mayPass = opening !== undefined && (opening.to ?? callers).includes(caller);
  const statuses: number[] = [];
  const refused: boolean[] = [];
  for (const attempt of await service.attempts(caller, route)) {
    const answer = await service.send(attempt);
    statuses.push(answer.status);
    refused.push(await isRefusal(answer));
  }
  const cell = `${name}: ${nameOf(route)} as ${caller}`;
  if (statuses.length === 0) return [{ cell, statuses, fault: "nothing was tried" }];
  if (mayPass) {
    return refused.every(Boolean) ? [{ cell, statuses, fault: "listed as open, and is not" }] : [];
  }
  return refused.every(Boolean) ? [] : [{ cell, statuses, fault: "not refused, and not listed as open" }];
}

async function isDenied({ status }: Response): Promise<boolean> {
  return status === 401 || status === 403;
}

/** A path from a pattern: parameters by name, what is left of the pattern's regular expressions dropped. */
export function fill(pattern: string, values: Readonly<Record<string, string>>): string {
  return pattern
    .replaceAll(/:(\w+)(?:\{[^/]*\})?/g, (_, name: string) => values[name] ?? "0")
    .replace(/\*$/, "index.html");
}

/** A request that bears a token. */
export function bearing(token: string, init: RequestInit = {}): RequestInit {
  const headers = new Headers(init.headers);
  if (token !== "") headers.set("Authorization", `Bearer ${token}`);
  return { ...init, headers };
}

/** A request with a JSON body, where the method has one. */
export function withJson(method: string, body: unknown): RequestInit {
  if (method !== "POST" && method !== "PUT") return { method };
  return { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
