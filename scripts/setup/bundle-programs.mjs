/** @file The programs beside the web app, bundled into dist/. Packages stay outside: they come from node_modules. */
import { join } from "node:path";
import { root } from "./root.mjs";

export const PROGRAMS = {
  cli: "bin/cli/main.ts",
  worker: "workers/main.ts",
  "provider-probe": "workers/provider-probe/main.ts",
  generate: "workers/generate/main.ts",
  "data-job": "workers/data-job/main.ts",
  "render-chat": "workers/render-chat/main.ts",
  "file-thread": "workers/data-job/file-thread.ts",
  "onnx-trainer": "workers/onnx-trainer/main.ts",
};

/** Null when all went well, otherwise what esbuild says. */
export async function bundlePrograms() {
  // Imported late: this file must load before anything is installed.
  const { build, stop } = await import("esbuild");
  try {
    await build({
      absWorkingDir: root,
      entryPoints: PROGRAMS,
      outdir: join(root, "dist"),
      outExtension: { ".js": ".mjs" },
      bundle: true,
      format: "esm",
      packages: "external",
      platform: "node",
      target: "node20.9",
      sourcemap: "linked",
      logLevel: "silent",
    });
    return null;
  } catch (error) {
    return error.message;
  } finally {
    // Its process would otherwise live as long as the studio that this one becomes.
    await stop();
  }
}
