/** @file The picture of the bench: horizontal bars of speed and memory, readable on light and on dark pages. */
import type { BenchFile } from "./bench-file";
import { digits, gigabytes, titleOf } from "./format-figures";
import { settingOf } from "./to-markdown";

const WIDTH = 860;
const LABEL_WIDTH = 190;
const COLUMN_WIDTH = (WIDTH - LABEL_WIDTH) / 2;
/** Beside a bar its figure needs room. */
const BAR_WIDTH = COLUMN_WIDTH - 85;
const ROW_HEIGHT = 22;
const BAR_HEIGHT = 14;
const GROUP_HEAD = 46;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #1f2328; }
  .title { font-weight: 600; }
  .unit { fill: #59636e; }
  .page { fill: #ffffff; }
  .ours { fill: #0969da; }
  .peft { fill: #8c959f; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .unit { fill: #9198a1; }
    .page { fill: #0d1117; }
    .ours { fill: #4493f8; }
    .peft { fill: #6e7681; }
  }`;

interface Bar {
  label: string;
  side: "ours" | "peft";
  tokensPerSecond: number;
  peakBytes: number;
}

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

const text = (x: number, y: number, words: string, name = ""): string =>
  `<text x="${x}" y="${y}"${name ? ` class="${name}"` : ""}>${escapeXml(words)}</text>`;

function barAt(x: number, y: number, share: number, side: Bar["side"], words: string): string {
  const width = Math.max(1, Math.round(share * BAR_WIDTH));
  const rectangle = `<rect x="${x}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2" class="${side}"/>`;
  return rectangle + text(x + width + 6, y + 11, words);
}

function drawGroup(title: string, bars: readonly Bar[], top: number): string[] {
  const fastest = Math.max(...bars.map(({ tokensPerSecond }) => tokensPerSecond));
  const largest = Math.max(...bars.map(({ peakBytes }) => peakBytes));
  const speedX = LABEL_WIDTH;
  const memoryX = LABEL_WIDTH + COLUMN_WIDTH;
  return [
    text(0, top + 18, title, "title"),
    text(speedX, top + 36, "tokens/s, more is better", "unit"),
    text(memoryX, top + 36, "peak memory, less is better", "unit"),
    ...bars.map(({ label, side, tokensPerSecond, peakBytes }, i) => {
      const y = top + GROUP_HEAD + i * ROW_HEIGHT;
      return [
        text(0, y + 11, label),
        barAt(speedX, y, tokensPerSecond / fastest, side, digits(tokensPerSecond)),
        barAt(memoryX, y, peakBytes / largest, side, gigabytes(peakBytes)),
      ].join("");
    }),
  ];
}

/** One group of bars per shape and length, each to its own scale; null when there is nothing to draw. */
export function drawBars({ results }: Pick<BenchFile, "results">): string | null {
  const groups = new Map<string, Bar[]>();
  for (const result of results) {
    if ((result.kind !== "ours" && result.kind !== "peft") || !("figures" in result.outcome)) continue;
    const title = `${titleOf(result.shape)}, ${digits(result.blockLength)} tokens`;
    const { tokensPerSecond, peakBytes } = result.outcome.figures;
    const bar: Bar = { label: settingOf(result), side: result.kind, tokensPerSecond, peakBytes };
    groups.set(title, [...(groups.get(title) ?? []), bar]);
  }
  if (groups.size === 0) return null;
  const parts: string[] = [];
  let top = 0;
  for (const [title, bars] of groups) {
    parts.push(...drawGroup(title, bars, top));
    top += GROUP_HEAD + bars.length * ROW_HEIGHT + 18;
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-16 0 ${WIDTH + 32} ${top}" width="${WIDTH + 32}" height="${top}" role="img">`,
    "<title>Speed and peak memory of a training step, ours and PEFT's</title>",
    `<style>${STYLE}\n</style>`,
    `<rect x="-16" width="100%" height="100%" class="page"/>`,
    ...parts,
    "</svg>",
    "",
  ].join("\n");
}
