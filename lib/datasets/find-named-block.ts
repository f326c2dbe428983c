import { join } from "node:path";
import type { SplitName } from "@/lib/contracts/prepared-blocks";
import { readLines } from "./read-lines";
import { readSegments } from "./segments-line";
import { documentsFile } from "./write-split";

const MAX_LINE_BYTES = 64_000_000;

/** Index of the first block that holds more than plain text, which is what people want to see of an objective; 0 where none does. */
export async function findNamedBlock(blocksDir: string, split: SplitName): Promise<number> {
  for await (const { number, bytes } of readLines(join(blocksDir, documentsFile(split)), MAX_LINE_BYTES)) {
    if (bytes !== null && readSegments(bytes.toString()).some(({ runs }) => runs !== null)) return number - 1;
  }
  return 0;
}
