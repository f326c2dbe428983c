import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDatasetSummary } from "@/lib/datasets/dataset-folder";
import { prepareBlocks } from "@/lib/datasets/prepare-blocks";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";

const repository = join(import.meta.dirname, "..", "..");
const modelDir = join(repository, "models", "tiny-code");
const ROUNDS = 6;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "codetune-kill-"));
  const row = (i: number) => JSON.stringify({ text: `function f${i}() {\n  return ${i};\n}\n`.repeat(10) });
  await writeFile(join(root, "rows.jsonl"), Array.from({ length: 4000 }, (_, i) => row(i)).join("\n"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Runs the child until it printed `lines` lines and `delayMs` more, then kills it. */
async function runAndKill(out: string, lines: number, delayMs: number): Promise<void> {
  const script = fileURLToPath(new URL("../helpers/prepare-endlessly.ts", import.meta.url));
  const child = spawn(process.execPath, ["--import", "tsx", script, join(root, "rows.jsonl"), out, modelDir], {
    cwd: repository,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = once(child, "exit");
  let seen = 0;
  // The pipe stays open: the child would otherwise die of its next line instead of the kill.
  for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
    seen += String(chunk).split("\n").length - 1;
    if (seen >= lines) break;
  }
  await sleep(delayMs);
  child.kill("SIGKILL");
  expect(await exit).toEqual([null, "SIGKILL"]);
}

it("a process killed at any moment leaves whole datasets and whole blocks, or none", async () => {
  const out = join(root, "datasets");
  for (let round = 0; round < ROUNDS; round++) await runAndKill(out, 1 + (round % 3), round * 37);
  const tokenizer = await loadTokenizer(modelDir);
  const datasets = (await readdir(out)).filter((name) => !name.startsWith(".tmp-"));
  expect(datasets.length).toBeGreaterThanOrEqual(ROUNDS);
  const hashes = new Set<string>();
  for (const name of datasets) {
    const datasetDir = join(out, name);
    const { contentHash, stats } = await readDatasetSummary(datasetDir);
    expect(stats.documents).toBe(4000);
    hashes.add(contentHash);
    const settings = { datasetDir, datasetId: "ds", contentHash, tokenizer, blockLength: 128, evalSplit: 0.2 };
    const before = await readdir(join(datasetDir, "blocks")).catch(() => []);
    const finished = before.filter((entry) => !entry.startsWith(".tmp-"));
    const inodes = await Promise.all(
      finished.map(async (entry) => (await stat(join(datasetDir, "blocks", entry))).ino),
    );
    const prepared = [await prepareBlocks({ ...settings, seed: 0 }), await prepareBlocks({ ...settings, seed: 1 })];
    // What had its name before was whole: it was used, not made again.
    const now = await Promise.all(prepared.map(async ({ blocksDir }) => (await stat(blocksDir)).ino));
    expect(now).toEqual(expect.arrayContaining(inodes));
  }
  expect(hashes.size).toBe(1);
});
