import process from "node:process";
import { createInterface } from "node:readline";
import { type Library, type ScenarioName, scenariosOf } from "./scenarios.ts";

/**
 * Measures a library in this process: a line on standard input asks for a run, one on standard output tells
 * its cost. CPU time is that of all threads, and steadier than wall time on a shared machine.
 */
export async function serveScenarios<Device, Bundle>(library: Library<Device, Bundle>): Promise<void> {
  const scenarios = scenariosOf(library, async (work) => {
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(before);
    return { cpuUs: user + system, wallUs: 1000 * (performance.now() - startedAt) };
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const { scenario, count } = JSON.parse(line) as { scenario: ScenarioName; count: number };
    process.stdout.write(`${JSON.stringify(await scenarios[scenario](count))}\n`);
  }
}
