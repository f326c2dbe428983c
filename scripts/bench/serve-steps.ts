/** @file The child's side of a contestant: it waits, and works only when it is told to. See contestant.ts. */
import { createInterface } from "node:readline";

const say = (reply: object) => process.stdout.write(`${JSON.stringify(reply)}\n`);
const cpuSeconds = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/**
 * Says `facts`, then does `step` for each line that comes and says what it gave, until input ends.
 * Every reply has the peak memory so far, and the processor time that was used while waiting: were it not next to
 * nothing, this process would be slowing others down in their turn.
 */
export async function serveSteps(facts: object, step: () => Promise<object>): Promise<void> {
  say(facts);
  let before = cpuSeconds();
  for await (const _ of createInterface({ input: process.stdin })) {
    const waitingCpuSeconds = cpuSeconds() - before;
    const start = performance.now();
    const figures = await step();
    const seconds = (performance.now() - start) / 1000;
    say({ seconds, waitingCpuSeconds, peakBytes: process.resourceUsage().maxRSS * 1024, ...figures });
    before = cpuSeconds();
  }
}
