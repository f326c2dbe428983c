/**
 * @file What is measured is bundled first, as the product is: a loader that compiles at run time would add its memory and
 * its seconds to every figure.
 */
import { join } from "node:path";
import { build } from "esbuild";
import { root } from "../setup/root.mjs";

const PROGRAMS = ["measure-generation", "sgemm-process", "step-process", "write-shape"] as const;
export type Program = (typeof PROGRAMS)[number];

/** Inside the repository, where packages are found. */
const folder = join(root, "data", "bench-programs");

export const programPath = (name: Program): string => join(folder, `${name}.mjs`);

export async function bundle(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: PROGRAMS.map((name) => join(root, "scripts", "bench", `${name}.ts`)),
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    packages: "external",
    platform: "node",
    target: "node20.9",
  });
}
