/** @file Serves requests one after the other. The model comes from outside, so that tests can bring a small one. */
import type { GenerateReply, GenerateRequest } from "@/lib/contracts/generate-protocol";
import { generate } from "@/lib/engine/generate/generate";
import type { TrainableModel } from "@/lib/engine/types";
import { AppError, userMessage } from "@/lib/errors";
import { type FimTokens, fimPrompt } from "@/lib/tokenizers/fim-presets";
import type { Tokenizer } from "@/lib/tokenizers/tokenizer";

type OpenRequest = Extract<GenerateRequest, { kind: "open" }>;
type TextRequest = Extract<GenerateRequest, { kind: "generate" }>;

export interface OpenedGenerator {
  model: Pick<TrainableModel, "openCompletion" | "device" | "dispose"> & {
    architecture: { shape: { contextLength: number } };
  };
  tokenizer: Pick<Tokenizer, "encode" | "decode" | "eosTokenId" | "startTokenIds">;
  endTokens: ReadonlySet<number>;
  fim: FimTokens | null;
}

export class RequestServer {
  private opened: OpenedGenerator | null = null;
  private readonly aborts = new Map<string, AbortController>();
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly open: (request: OpenRequest) => Promise<OpenedGenerator>,
    private readonly reply: (reply: GenerateReply) => void,
  ) {}

  take(request: GenerateRequest): void {
    if (request.kind === "cancel") {
      this.aborts.get(request.id)?.abort();
      return;
    }
    const abort = new AbortController();
    this.aborts.set(request.id, abort);
    this.last = this.last
      .then(() => (request.kind === "open" ? this.openModel(request) : this.generate(request, abort.signal)))
      .catch((error: unknown) => {
        const isOurFault = !(error instanceof AppError) || error.code === "internal";
        if (isOurFault) console.error(error);
        this.reply({ kind: "failed", id: request.id, message: userMessage(error), isOurFault });
      })
      .finally(() => this.aborts.delete(request.id));
  }

  /** Resolves when all that was taken so far is answered. */
  get isIdle(): Promise<void> {
    return this.last;
  }

  private async openModel(request: OpenRequest): Promise<void> {
    await this.opened?.model.dispose();
    this.opened = null;
    const opened = await this.open(request);
    this.opened = opened;
    this.reply({
      kind: "opened",
      id: request.id,
      device: opened.model.device,
      contextLength: opened.model.architecture.shape.contextLength,
      fimPreset: opened.fim?.preset ?? null,
    });
  }

  private async generate({ id, prompt, settings }: TextRequest, signal: AbortSignal): Promise<void> {
    if (!this.opened) throw new AppError("precondition_failed", "No model is open; open one first.");
    const { model, tokenizer, fim } = this.opened;
    let endTokens = this.opened.endTokens;
    let ids: number[];
    if (prompt.kind === "text") ids = tokenizer.encode(prompt.text);
    else {
      if (!fim) {
        const message =
          "This model has no tokens for filling in between a prefix and a suffix; give it a prompt instead.";
        throw new AppError("invalid_input", message);
      }
      ids = fimPrompt(fim, prompt);
      endTokens = new Set([...endTokens, ...fim.ends]);
    }
    const begin = tokenizer.startTokenIds;
    // A prompt may have been written with it.
    if (begin.some((token, i) => ids[i] !== token)) ids = [...begin, ...ids];
    const start = performance.now();
    let first: number | null = null;
    const pieces = generate({
      model,
      decode: tokenizer.decode,
      prompt: ids.length > 0 ? ids : [tokenizer.eosTokenId],
      contextLength: model.architecture.shape.contextLength,
      endTokens,
      settings,
      signal,
      onToken: () => {
        first ??= performance.now();
      },
    });
    for await (const piece of pieces) {
      if (piece.kind === "text") this.reply({ kind: "text", id, text: piece.text });
      else {
        const seconds = first === null ? 0 : (performance.now() - first) / 1000;
        this.reply({
          ...piece,
          kind: "done",
          id,
          secondsToFirstToken: first === null ? null : (first - start) / 1000,
          tokensPerSecond: piece.newTokens > 1 ? (piece.newTokens - 1) / seconds : null,
        });
      }
    }
  }
}
