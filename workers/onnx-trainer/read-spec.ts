/** @file The trainer's order: a `TrainerSpec` in a JSON file. */
import { open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { TrainerSpec } from "@/lib/contracts/trainer-protocol";
import { AppError } from "@/lib/errors";

const MAX_SPEC_BYTES = 4_000_000;

/** @throws AppError invalid_input naming the file and the field */
export async function readSpec(path: string): Promise<TrainerSpec> {
  const handle = await open(path, "r").catch((error: unknown) => {
    throw new AppError("not_found", `The run's specification ${path} cannot be opened.`, { cause: error });
  });
  try {
    if ((await handle.stat()).size > MAX_SPEC_BYTES) {
      throw new AppError("invalid_input", `${path} is larger than ${MAX_SPEC_BYTES} bytes.`);
    }
    const parsed = TrainerSpec.safeParse(JSON.parse(await handle.readFile("utf8")));
    if (!parsed.success) {
      const problems = parsed.error.issues.map((issue) => `${issue.path.join(".") || "it"}: ${issue.message}`);
      throw new AppError("invalid_input", `${path} is not a run's specification (${problems.join("; ")}).`);
    }
    for (const field of ["runDir", "modelDir", "blocksDir"] as const) {
      if (!isAbsolute(parsed.data[field]))
        throw new AppError("invalid_input", `${path}: ${field} must be an absolute path.`);
    }
    return parsed.data;
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError("invalid_input", `${path} is not valid JSON.`, { cause: error });
  } finally {
    await handle.close();
  }
}
