import type { SamplePart } from "@/lib/contracts/dataset";

/** What a run of tokens is called above it; null for what needs no word. */
export const PART_LABELS: Record<SamplePart, string | null> = {
  text: null,
  prompt: "prompt",
  prefix: "prefix: what stands before the gap",
  suffix: "suffix: what stands after the gap",
  middle: "middle: what fills the gap",
  sentinel: "mark",
  end: "end",
  template: "template",
  system: "system",
  user: "user",
  assistant: "assistant",
  tool: "tool",
};
