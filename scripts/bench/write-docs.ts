/** @file Puts what was measured into docs/bench.md: figures there are never typed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchFile } from "./bench-file";
import { drawBars } from "./draw-bars";
import { toMarkdown } from "./to-markdown";

const START = "<!-- measured: written by npm run bench -- --docs -->";
const END = "<!-- end of measured -->";

/** @throws Error when the document has no place for it */
export function replaceMeasured(document: string, measured: string): string {
  const start = document.indexOf(START);
  const end = document.indexOf(END);
  if (start < 0 || end < start) throw new Error(`docs/bench.md needs the lines ${START} and ${END}.`);
  return `${document.slice(0, start + START.length)}\n\n${measured.trim()}\n\n${document.slice(end)}`;
}

export function writeDocs(root: string, file: BenchFile): void {
  const document = join(root, "docs", "bench.md");
  const picture = drawBars(file);
  const measured = picture ? `![speed and peak memory](images/bench.svg)\n\n${toMarkdown(file)}` : toMarkdown(file);
  writeFileSync(document, replaceMeasured(readFileSync(document, "utf8"), measured));
  if (picture) writeFileSync(join(root, "docs", "images", "bench.svg"), picture);
}
