import type { DatasetDocument } from "@/lib/contracts/dataset";

/** All that a document says, without templates: for sizes, lengths and looking at it. */
export const textOfDocument = ({ prompt = "", text, messages = [] }: DatasetDocument): string =>
  prompt + text + messages.map(({ content }) => content).join("\n");
