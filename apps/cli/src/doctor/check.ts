import { isBaseError } from "@cloister/bytes";

/** What one check found; `advice` says what to do unless all is well. */
export interface Finding {
  readonly status: "ok" | "warn" | "fail";
  readonly detail: string;
  readonly advice?: string;
}

export interface Check {
  readonly name: string;
  readonly run: () => Promise<Finding>;
}

export interface NamedFinding extends Finding {
  readonly name: string;
}

export function ok(detail: string): Finding {
  return { status: "ok", detail };
}

export function warn(detail: string, advice: string): Finding {
  return { status: "warn", detail, advice };
}

export function fail(detail: string, advice: string): Finding {
  return { status: "fail", detail, advice };
}

/** Runs checks side by side; one that breaks is a failure of its own, never of the others. */
export async function runChecks(checks: readonly Check[]): Promise<NamedFinding[]> {
  return Promise.all(
    checks.map(async ({ name, run }) => ({
      name,
      ...(await run().catch((error: unknown) =>
        fail(isBaseError(error) ? error.message : String(error), "mend this first; the check could not run"),
      )),
    })),
  );
}
