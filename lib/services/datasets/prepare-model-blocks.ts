import { threadEntry } from "@/lib/config/thread-entry";
import type { ObjectiveSettings } from "@/lib/contracts/objective-settings";
import { type PreparedBlocks, prepareBlocks } from "@/lib/datasets/prepare-blocks";
import type { DatasetRow } from "@/lib/db/repositories/datasets";
import { findChatTemplate } from "@/lib/tokenizers/find-chat-template";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";
import type { ServiceContext } from "../context";
import { getModel } from "../models/get-model";
import { datasetDir } from "./dataset-dir";
import { loadModelTokenizer } from "./load-model-tokenizer";
import { shareInFlight } from "./share-in-flight";

export interface BlocksRequest {
  dataset: Pick<DatasetRow, "id" | "contentHash">;
  modelId: string;
  maxSeqLength: number;
  evalSplit: number;
  seed: number;
  /** See objectiveOf. Absent: all of each document is trained on. */
  objective?: ObjectiveSettings | undefined;
  /** Gives up preparing, when nobody else waits for it. */
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
}

/**
 * The blocks that a run of these settings trains on; they are prepared when they are not there yet, once for all who ask.
 * Errors: those of getModel, loadTokenizer and prepareBlocks.
 */
export async function prepareModelBlocks(
  ctx: ServiceContext,
  { dataset, modelId, maxSeqLength, signal, onProgress, ...rest }: BlocksRequest,
): Promise<PreparedBlocks & { tokenizer: Tokenizer }> {
  const tokenizer = await loadModelTokenizer(ctx, modelId);
  const template = await findChatTemplate((await getModel(ctx, { modelId })).path);
  const settings = {
    datasetDir: datasetDir(ctx, dataset.id),
    datasetId: dataset.id,
    contentHash: dataset.contentHash,
    blockLength: maxSeqLength,
    ...rest,
  };
  const prepared = await shareInFlight(
    `blocks ${tokenizer.hash} ${template?.hash} ${JSON.stringify(settings)}`,
    (stop) =>
      prepareBlocks({
        ...settings,
        tokenizer,
        chat: template && { template, entry: threadEntry("render-chat") },
        signal: stop,
        onProgress,
      }),
    signal,
  );
  return { ...prepared, tokenizer };
}
