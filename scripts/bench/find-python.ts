/** @file A Python that can do the other side's work. */
import { spawnSync } from "node:child_process";

const VERSIONS = `
import json, platform, torch, transformers, peft
print(json.dumps({"python": platform.python_version(), "torch": torch.__version__,
                  "transformers": transformers.__version__, "peft": peft.__version__}))
`;

export interface Python {
  command: string;
  versions: Record<string, string>;
}

/** $CODETUNE_PYTHON, else python3 in PATH; null where it has no torch, transformers and peft. */
export function findPython(): Python | null {
  const command = process.env["CODETUNE_PYTHON"] || "python3";
  const { status, stdout } = spawnSync(command, ["-c", VERSIONS], { encoding: "utf8" });
  return status === 0 ? { command, versions: JSON.parse(stdout) } : null;
}
