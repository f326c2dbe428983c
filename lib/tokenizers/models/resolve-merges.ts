import { AppError } from "@/lib/errors";

/** Rows of [left id, right id, merged id]. Errors: `invalid_input` for a merge of tokens that are not there. */
export function resolveMerges(
  merges: readonly [string, string][],
  vocabulary: ReadonlyMap<string, number>,
  fileName: string,
): [number, number, number][] {
  return merges.map(([left, right], rank) => {
    const row = [vocabulary.get(left), vocabulary.get(right), vocabulary.get(left + right)];
    if (row.includes(undefined)) {
      throw new AppError(
        "invalid_input",
        `${fileName} has a merge (number ${rank}) whose tokens are not in its vocabulary.`,
      );
    }
    return row as [number, number, number];
  });
}
