import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { descendantsOf, untilGone } from "./processes";
import { type Program, repository, startProgram } from "./start-program";

const MODEL = join(repository, "models", "tiny-code");

let home: string;
let programs: Program[];
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "codetune-generate-"));
  programs = [];
});
afterEach(async () => {
  for (const program of programs) {
    const all = [program.pid, ...descendantsOf(program.pid)];
    program.child.kill("SIGKILL");
    await untilGone(all);
  }
  await rm(home, { recursive: true });
});

function generate(...args: string[]): Program {
  const program = startProgram(["generate", ...args], { CODETUNE_HOME: home });
  programs.push(program);
  return program;
}

async function resultOf(...args: string[]) {
  const program = generate(...args);
  const { code } = await program.ended;
  return { code, ...program.output() };
}

type Line = Record<string, unknown> & { kind: string };
const linesOf = (out: string) =>
  out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("a prompt is continued in pieces, and the last line is the whole result", async () => {
  const args = ["--model", MODEL, "--prompt", "function add(a, b) {\n  return", "--max-tokens", "12"];
  const { code, out } = await resultOf(...args, "--json");
  expect(code).toBe(0);
  const lines = linesOf(out);
  expect(lines[0]).toMatchObject({ kind: "opened", fimPreset: "fim_prefix" });
  const pieces = lines.filter(({ kind }) => kind === "text").map(({ text }) => text);
  const last = lines.at(-1);
  expect(last).toMatchObject({ kind: "done", reason: "length", newTokens: 12, text: pieces.join("") });
  expect(pieces.length).toBeGreaterThan(1);

  const plain = await resultOf(...args);
  expect(plain.out).toBe(`${pieces.join("")}\n`);
  expect(plain.err).toContain("12 written");

  const stopped = await resultOf(...args, "--stop", ";", "--json");
  const text = String(last?.["text"]);
  const before = text.includes(";") ? text.slice(0, text.indexOf(";")) : text;
  expect(linesOf(stopped.out).at(-1)).toMatchObject({ text: before });
});

test("the same seed gives the same text, on standard input as well", async () => {
  const sampled = ["--model", MODEL, "--temperature", "1", "--top-p", "0.9", "--max-tokens", "16"];
  const first = await resultOf(...sampled, "--prompt", "const x =", "--seed", "1");
  const again = await resultOf(...sampled, "--prompt", "const x =", "--seed", "1");
  const other = await resultOf(...sampled, "--prompt", "const x =", "--seed", "2");
  expect(again.out).toBe(first.out);
  expect(other.out).not.toBe(first.out);

  const cli = join(repository, "dist", "cli.mjs");
  const child = spawn(process.execPath, [cli, "generate", ...sampled, "--seed", "1"], {
    env: { ...process.env, CODETUNE_HOME: home, NODE_ENV: "production" },
    stdio: ["pipe", "pipe", "ignore"],
  });
  child.stdin.end("const x =");
  let out = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  await new Promise((resolve) => child.once("close", resolve));
  expect(out).toBe(first.out);
});

test("wrong words get one sentence and exit code 2", async () => {
  const cases: [string[], RegExp][] = [
    [["--prompt", "x"], /^Say what to generate with: --model <id or folder>, or --run <id>\.$/m],
    [["--model", "nobody/knows", "--prompt", "x"], /^There is no model nobody\/knows here; known models: /m],
    [["--model", MODEL, "--prompt", "x", "--top-p", "1.5"], /^--top-p: must be at most 1\.$/m],
    [["--model", MODEL, "--prompt", "x", "--max-tokens", "0"], /^--max-tokens: must be at least 1\.$/m],
    [["--model", MODEL, "--prompt", "x", "--suffix", "y"], /^--prompt goes on after a text/m],
    [
      ["--model", MODEL, "--prompt", "x".repeat(20_000)],
      /^The prompt has \d+ tokens, but the model's context is 1024/m,
    ],
    [["--run", "nothing", "--prompt", "x"], /^There is no run nothing\.$/m],
  ];
  for (const [args, sentence] of cases) {
    const { code, err, out } = await resultOf(...args);
    expect(err).toMatch(sentence);
    expect(err).not.toMatch(/\n\s+at /);
    expect([code, out]).toEqual([2, ""]);
  }
});

test("when the command line dies, the process that generates dies with it; Ctrl-C shows what there is", async () => {
  const endless = ["--model", MODEL, "--prompt", "a", "--temperature", "1", "--json"];
  const killed = generate(...endless);
  await killed.matched(/"kind":"opened"/);
  const children = descendantsOf(killed.pid);
  expect(children.length).toBeGreaterThan(0);
  killed.child.kill("SIGKILL");
  await untilGone(children);

  const stopped = generate(...endless, "--max-tokens", "900");
  await stopped.matched(/"kind":"text"/);
  stopped.child.kill("SIGINT");
  const { code } = await stopped.ended;
  const last = linesOf(stopped.output().out).at(-1);
  // A fast machine may be done before the signal comes.
  if (last?.["reason"] === "cancelled") expect(code).toBe(4);
  else expect(code).toBe(0);
  expect(last).toMatchObject({ kind: "done" });
});
