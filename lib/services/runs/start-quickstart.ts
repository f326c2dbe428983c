import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunView } from "@/lib/contracts/views";
import { AppError } from "@/lib/errors";
import type { ServiceContext } from "../context";
import { createRun } from "./create-run";

/** The one button: the settings of examples/quickstart.json, which train the bundled model on the studio's own source. */
export async function startQuickstart(ctx: ServiceContext): Promise<RunView> {
  const path = join(ctx.paths.repository, "examples", "quickstart.json");
  const text = await readFile(path, "utf8").catch((cause) => {
    throw new AppError("precondition_failed", `${path} is missing; restore it from the repository.`, { cause });
  });
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch (cause) {
    throw new AppError("precondition_failed", `${path} is no valid JSON; restore it from the repository.`, { cause });
  }
  return createRun(ctx, { config, name: "Quickstart" });
}
