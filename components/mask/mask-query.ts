import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";

/** Which block of which preparation is shown. */
export interface MaskQuery {
  model: string;
  length: number;
  evalSplit: number;
  seed: number;
  objective: ObjectiveSettings;
  split: "train" | "eval";
  /** Null: the first that shows what the objective does. */
  index: number | null;
}

export const maskAddress = ({ objective, ...rest }: MaskQuery): string =>
  String(
    new URLSearchParams([
      ...Object.entries(rest)
        .filter(([, value]) => value !== null)
        .map(([key, value]) => [key, String(value)] as [string, string]),
      ["objective", JSON.stringify(objective)],
    ]),
  );
