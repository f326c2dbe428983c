import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";

export const repository = join(import.meta.dirname, "..", "..");

export interface Program {
  child: ChildProcess;
  pid: number;
  /** Standard output and standard error so far. */
  output(): { out: string; err: string };
  /** Resolves with the first match in standard output; rejects when the program ends before. */
  matched(pattern: RegExp): Promise<RegExpExecArray>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/** The built program, as `npm start` runs it after its set-up. */
export function startProgram(args: readonly string[], env: Record<string, string>): Program {
  const base = { ...process.env };
  // Vitest's own settings are not the program's.
  for (const name of [
    "NODE_ENV",
    "VITEST",
    "NODE_OPTIONS",
    "HOST",
    "PORT",
    "DATABASE_URL",
    "CODETUNE_TOKEN",
    "SPACE_ID",
  ]) {
    delete base[name];
  }
  const child = spawn(process.execPath, [join(repository, "dist", "cli.mjs"), ...args], {
    env: { ...base, LOG_LEVEL: "warn", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  const waiting = new Set<() => void>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    for (const look of waiting) look();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  const ended: Program["ended"] = new Promise((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  return {
    child,
    pid: child.pid as number,
    output: () => ({ out, err }),
    matched: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(out);
          if (match !== null) resolve(match);
        };
        waiting.add(look);
        look();
        void ended.then(({ code }) => reject(new Error(`ended with ${code} before ${pattern}:\n${out}${err}`)));
      }),
    ended,
  };
}
