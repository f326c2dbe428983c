import { spawnSync } from "node:child_process";

/** $CODETUNE_PYTHON, else python3, where it has the module; otherwise null. */
export function findPython(module: string): string | null {
  const python = process.env["CODETUNE_PYTHON"] ?? "python3";
  return spawnSync(python, ["-c", `import ${module}`]).status === 0 ? python : null;
}
