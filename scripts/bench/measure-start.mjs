import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setup/root.mjs";

/** Starts the studio on a free port. Resolves with its address and the time until it said that it is ready. */
export function startStudio(home) {
  const started = performance.now();
  const child = spawn(process.execPath, [join(root, "bin", "codetune-studio"), "serve", "--port", "0"], {
    cwd: root,
    env: { ...process.env, CODETUNE_HOME: home, LOG_LEVEL: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const stop = () =>
    new Promise((resolve) => {
      child.once("exit", resolve);
      child.kill("SIGTERM");
    });
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text) => {
      output += text;
      const url = /ready at (\S+)/.exec(output)?.[1];
      if (url !== undefined) resolve({ url, stop, startedAt: started });
    });
    child.once("exit", (code) => reject(new Error(`the studio ended with code ${code} before it was ready`)));
  });
}

/** Seconds from the command to the first whole page, with everything installed and built. */
export async function measureStart(home) {
  const { url, stop, startedAt } = await startStudio(home);
  const page = await fetch(url);
  const bytes = (await page.text()).length;
  const seconds = (performance.now() - startedAt) / 1000;
  await stop();
  if (!page.ok || bytes === 0) throw new Error(`the first page came with status ${page.status}`);
  return { secondsToFirstPage: seconds };
}

async function* linesOf(body) {
  let rest = "";
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

/** Seconds from asking for the quickstart run to its first loss in the stream that the screen reads. */
export async function measureFirstLoss(home) {
  const { url, stop } = await startStudio(home);
  const controller = new AbortController();
  try {
    const config = JSON.parse(readFileSync(join(root, "examples", "quickstart.json"), "utf8"));
    const asked = performance.now();
    const response = await fetch(`${url}/api/runs`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ config, name: "bench" }),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the run was refused: ${JSON.stringify(answer)}`);
    const events = await fetch(`${url}/api/runs/${answer.id}/events`, { signal: controller.signal });
    let firstHeldOut = null;
    for await (const line of linesOf(events.body)) {
      const seconds = (performance.now() - asked) / 1000;
      if (firstHeldOut === null && /"evalLoss":\d/.test(line)) firstHeldOut = seconds;
      if (/"trainLoss":\d/.test(line))
        return {
          secondsToFirstHeldOutLoss: firstHeldOut ?? "none came",
          secondsToFirstTrainLoss: seconds,
        };
    }
    throw new Error("the stream ended before a loss came");
  } finally {
    controller.abort();
    await stop();
  }
}
