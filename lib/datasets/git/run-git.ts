/** @file The machine's own git, as a program that reads and can do nothing else. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { AppError } from "@/lib/errors";

const MAX_OUTPUT_BYTES = 512 * 1024 * 1024;
const MAX_ERROR_CHARS = 4_000;

/** Nothing asks, nothing runs hooks or filters, and only these ways of transport exist. */
const SAFE = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "protocol.allow=never",
  "-c",
  "protocol.https.allow=always",
  "-c",
  "protocol.ssh.allow=always",
  "-c",
  "protocol.file.allow=always",
  "-c",
  "gc.auto=0",
  "-c",
  "submodule.recurse=false",
  "-c",
  "fetch.fsckObjects=true",
];

function environment(): NodeJS.ProcessEnv {
  const { GIT_DIR: _dir, GIT_WORK_TREE: _tree, GIT_SSH: _ssh, GIT_SSH_COMMAND: _command, ...rest } = process.env;
  return {
    ...rest,
    LC_ALL: "C",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_SSH_COMMAND: "ssh -oBatchMode=yes -oConnectTimeout=20",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_OPTIONAL_LOCKS: "0",
  };
}

export function spawnGit(args: readonly string[], signal?: AbortSignal): ChildProcessWithoutNullStreams {
  return spawn("git", [...SAFE, ...args], { env: environment(), stdio: "pipe", ...(signal && { signal }) });
}

export class GitFailure extends Error {
  constructor(
    /** What git said, shortened. */
    readonly said: string,
    readonly isTimeout: boolean,
  ) {
    super(said);
  }
}

/**
 * Standard output of a git command. Throws GitFailure with what git said; AppError `precondition_failed` where there is no
 * git; the signal's reason.
 */
export async function runGit(
  args: readonly string[],
  { signal, timeoutMs = 120_000 }: { signal?: AbortSignal | undefined; timeoutMs?: number } = {},
): Promise<Buffer> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  const child = spawnGit(args, signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  child.stdin.end();
  const parts: Buffer[] = [];
  let bytes = 0;
  let said = "";
  child.stdout.on("data", (part: Buffer) => {
    bytes += part.length;
    if (bytes > MAX_OUTPUT_BYTES) child.kill("SIGKILL");
    else parts.push(part);
  });
  child.stderr.on("data", (part: Buffer) => {
    said = `${said}${part.toString()}`.slice(-MAX_ERROR_CHARS);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("close", resolve);
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (error.name === "AbortError") return;
      reject(
        error.code === "ENOENT"
          ? new AppError("precondition_failed", "There is no git on this machine: install git, or name a folder.")
          : error,
      );
    });
  });
  signal?.throwIfAborted();
  if (bytes > MAX_OUTPUT_BYTES) throw new GitFailure("it has too many files", false);
  if (code !== 0) throw new GitFailure(said.trim(), timeout.aborted);
  return Buffer.concat(parts);
}
