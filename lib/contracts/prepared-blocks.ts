/**
 * @file Prepared blocks: what every engine trains on. Tokenizing, masking, splitting and packing happen once.
 *
 * A folder with `manifest.json` and, for each split ("train", "eval"), four files of little-endian int32, each
 * `blocks × blockLength` values, row-major:
 *   <split>.tokens.bin     token ids; padding is `padTokenId`
 *   <split>.labels.bin     the token id where the token gets loss, -100 where not. NOT shifted: position i is predicted
 *                          from positions < i, so a trainer pairs logits[i] with labels[i + 1] inside a block. The first
 *                          token of a document never gets loss (nothing of its own document comes before it).
 *   <split>.positions.bin  position inside the token's document (0, 1, 2, …), for rotary embeddings
 *   <split>.segments.bin   which document of the block: 0, 1, 2, …; -1 is padding. Attention stays inside a segment.
 * A document longer than a block is cut into pieces; each piece is a segment of its own, with positions from 0.
 */
import { z } from "zod";
import { DEFAULT_OBJECTIVE, ObjectiveSettings } from "./objective-settings";

export const IGNORE_LABEL = -100;
export const PADDING_SEGMENT = -1;

const SplitManifest = z.strictObject({
  blocks: z.int().min(0),
  documents: z.int().min(0),
  /** Tokens without padding. */
  tokens: z.int().min(0),
  /** Tokens that get loss. */
  trainableTokens: z.int().min(0),
  /** UTF-8 bytes of the documents' text, for bits per byte. */
  bytes: z.int().min(0),
  /** sha256 per file kind. */
  sha256: z.strictObject({ tokens: z.string(), labels: z.string(), positions: z.string(), segments: z.string() }),
});

/** How often each thing happened, in documents, samples or turns as the name says; what never happened is absent. */
const ObjectiveCounts = z.partialRecord(
  z.enum([
    "fimSamples",
    "spmSamples",
    /** Pieces that have too many tokens for a sequence however they are cut: they stay plain text. */
    "fimUnfit",
    /** By line, where there was no syntax tree, or no node of use. */
    "fimSpansByLine",
    "conversations",
    /** The template writes these turns of the assistant otherwise once others follow, so they get no loss. */
    "rewrittenTurns",
    /** The template does not take them; they are left out. */
    "refusedConversations",
    "functions",
    "documentsWithoutFunctions",
    "amphigoryDocuments",
  ]),
  z.int().min(0),
);
export type ObjectiveCounts = z.infer<typeof ObjectiveCounts>;

export const BlocksManifest = z.strictObject({
  version: z.literal(1),
  blockLength: z.int().min(2),
  vocabularySize: z.int().min(2),
  padTokenId: z.int().min(0),
  datasetId: z.string(),
  datasetHash: z.string(),
  tokenizerHash: z.string(),
  seed: z.int(),
  evalSplit: z.number(),
  /** What of the documents is trained on; blocks of earlier versions were all "causal". */
  objective: ObjectiveSettings.default(DEFAULT_OBJECTIVE),
  /** What the objective made of the documents, and what it could not use; see ObjectiveCounts. */
  counts: ObjectiveCounts.default({}),
  splits: z.strictObject({ train: SplitManifest, eval: SplitManifest }),
});
export type BlocksManifest = z.infer<typeof BlocksManifest>;
export type SplitName = keyof BlocksManifest["splits"];
