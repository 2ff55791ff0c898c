import process from "node:process";
import { DefaultReporter } from "vitest/node";

/**
 * Suites that need what takes long to build or may not be had, such as a QEMU of one's own, say in their name by
 * which command they run. Where that is missing they are named, and not counted as skipped.
 */
const byCommand = /\(by command: [^)]+\)/;

/** The default reporter, closing on the one line that people and machines look for. */
export default class ClosingLineReporter extends DefaultReporter {
  override onTestRunEnd(...args: Parameters<DefaultReporter["onTestRunEnd"]>): void {
    super.onTestRunEnd(...args);
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const [modules, errors] = args;
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "skipped" && byCommand.test(test.fullName)) {
          process.stdout.write(`not here: ${test.fullName}\n`);
          continue;
        }
        counts[state] += 1;
        if (state === "skipped") process.stdout.write(`skipped: ${test.fullName}\n`);
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
