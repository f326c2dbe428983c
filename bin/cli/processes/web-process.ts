import { existsSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@/lib/config/repository-root";
import { AppError } from "@/lib/errors";
import { exitWithParentArgs } from "./exit-with-parent-args";
import { SupervisedProcess } from "./supervised-process";

/** The web server keeps nothing that could be lost; streams of open pages would hold it up. */
const GRACE_MS = 3000;

export interface WebOptions {
  host: string;
  port: number;
  isDebug: boolean;
  onGivenUp: () => void;
}

/** Throws AppError `precondition_failed` when the web app was never built. */
export function webProcess({ host, port, isDebug, onGivenUp }: WebOptions): SupervisedProcess {
  const root = repositoryRoot();
  if (!existsSync(join(root, ".next", "BUILD_ID"))) {
    throw new AppError("precondition_failed", "The web app is not built; run npm start, which builds it.");
  }
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  return new SupervisedProcess({
    label: "The web server",
    args: [...exitWithParentArgs(), next, "start", "-H", host, "-p", String(port)],
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", HOST: host, PORT: String(port) },
    graceMs: GRACE_MS,
    // Next prints a banner with addresses of its own; errors come on standard error.
    onOutput: (text) => {
      if (isDebug) process.stderr.write(text);
    },
    onGivenUp,
  });
}
