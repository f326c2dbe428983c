import { availableParallelism, cpus, totalmem } from "node:os";
import packageJson from "../../package.json";
import type { BenchFile } from "./bench-file";

/** What figures belong to, beside their hour. */
export function describeMachine(peers: Record<string, string> = {}): Pick<BenchFile, "machine" | "versions"> {
  return {
    machine: {
      cpu: cpus()[0]?.model.trim() ?? "unknown",
      threads: availableParallelism(),
      memoryBytes: totalmem(),
    },
    versions: {
      node: process.versions.node,
      onnxruntime: packageJson.dependencies["onnxruntime-node"],
      ...peers,
    },
  };
}
