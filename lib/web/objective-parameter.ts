import { z } from "zod";
import { ObjectiveSettings, objectiveOf } from "@/lib/contracts/objective-settings";

/** Of an address: the settings of the objective as JSON; what is left out is at its default. */
export const objectiveParameter = z
  .string()
  .max(2_000)
  .default("{}")
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: "custom", message: "is not valid JSON" });
      return z.NEVER;
    }
  })
  .pipe(ObjectiveSettings)
  .transform(objectiveOf);
