import process from "node:process";
import { DefaultReporter } from "vitest/node";

/** The default reporter, closing on the one line that people and machines look for. */
export default class ClosingLineReporter extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter["onTestRunEnd"]>): void {
    super.onTestRunEnd(...args);
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const [modules, errors] = args;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        counts[test.result().state] += 1;
        if (test.result().state === "skipped") process.stdout.write(`skipped: ${test.fullName}\n`);
        if (test.diagnostic()?.flaky) process.stdout.write(`passed at the second try: ${test.fullName}\n`);
      }
      counts.failed += module.errors().length;
    }
    counts.failed += errors.length;
    const skipped = counts.skipped + counts.pending;
    const tail = skipped > 0 ? `, ${skipped} skipped` : "";
    process.stdout.write(`${counts.passed} passed, ${counts.failed} failed${tail}\n`);
  }
}
