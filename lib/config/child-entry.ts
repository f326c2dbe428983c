import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { AppError } from "@/lib/errors";
import { repositoryRoot } from "./repository-root";

const ENTRIES = {
  worker: { bundle: "worker.mjs", source: "workers/main.ts" },
  "provider-probe": { bundle: "provider-probe.mjs", source: "workers/provider-probe/main.ts" },
  generate: { bundle: "generate.mjs", source: "workers/generate/main.ts" },
  "data-job": { bundle: "data-job.mjs", source: "workers/data-job/main.ts" },
  "render-chat": { bundle: "render-chat.mjs", source: "workers/render-chat/main.ts" },
  "onnx-trainer": { bundle: "onnx-trainer.mjs", source: "workers/onnx-trainer/main.ts" },
} as const;

export interface ChildEntry {
  execPath: string;
  args: string[];
  /** Working directory to start it in: tsx finds the path alias of tsconfig.json there. */
  cwd: string;
}

/**
 * How to start one of our processes: the sibling bundle when we run from dist/, else the TypeScript source through tsx.
 * Paths given to the child must be absolute, since its working directory is the repository.
 */
export function childEntry(name: keyof typeof ENTRIES): ChildEntry {
  const root = repositoryRoot();
  const { bundle, source } = ENTRIES[name];
  const isBundled = import.meta.url === pathToFileURL(join(root, "dist", fileNameOf(import.meta.url))).href;
  const bundlePath = join(root, "dist", bundle);
  if (isBundled && existsSync(bundlePath)) return { execPath: process.execPath, args: [bundlePath], cwd: root };

  const sourcePath = join(root, source);
  if (!existsSync(sourcePath))
    throw new AppError("internal", `The program ${name} is missing; run npm start once to build it.`);
  const tsx = join(root, "node_modules", "tsx", "dist", "loader.mjs");
  return { execPath: process.execPath, args: ["--import", pathToFileURL(tsx).href, sourcePath], cwd: root };
}

function fileNameOf(url: string): string {
  return url.startsWith("file:") ? (fileURLToPath(url).split(/[\\/]/).pop() ?? "") : "";
}
