/** @file A few documents from all over a dataset, chosen by their names alone. */
import { createHash } from "node:crypto";
import type { DatasetDocument } from "@/lib/contracts/dataset";

export const PREVIEW_DOCUMENTS = 20;
const PREVIEW_CHARS = 4_000;

/** Keeps the documents whose names have the smallest hashes. */
export class PreviewSample {
  private readonly kept: { key: string; index: number; document: DatasetDocument }[] = [];
  private index = 0;

  add(document: DatasetDocument): void {
    const index = this.index++;
    const key = createHash("sha256").update(document.name).digest("hex");
    const last = this.kept.at(-1);
    if (this.kept.length >= PREVIEW_DOCUMENTS && last !== undefined && key > last.key) return;
    this.kept.push({ key, index, document: shorten(document) });
    this.kept.sort((a, b) => (a.key < b.key ? -1 : 1));
    this.kept.length = Math.min(this.kept.length, PREVIEW_DOCUMENTS);
  }

  /** In the order of the dataset. */
  list(): DatasetDocument[] {
    return [...this.kept].sort((a, b) => a.index - b.index).map(({ document }) => document);
  }
}

function shorten(document: DatasetDocument): DatasetDocument {
  const cut = (text: string) => (text.length <= PREVIEW_CHARS ? text : `${text.slice(0, PREVIEW_CHARS)}\n…`);
  const { prompt, messages, ...rest } = document;
  return {
    ...rest,
    ...(prompt === undefined ? {} : { prompt: cut(prompt) }),
    text: cut(document.text),
    ...(messages === undefined ? {} : { messages: messages.map((one) => ({ ...one, content: cut(one.content) })) }),
  };
}
