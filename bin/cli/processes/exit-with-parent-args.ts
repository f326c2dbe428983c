import { join } from "node:path";
import { repositoryRoot } from "@/lib/config/repository-root";

/** Arguments for Node that make a child end when we are gone. */
export const exitWithParentArgs = (): string[] => [
  "--require",
  join(repositoryRoot(), "bin", "cli", "processes", "exit-with-parent.cjs"),
];
