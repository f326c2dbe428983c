/** @file The generating process from outside: the engine is loaded there and never in the process that asks. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { childEntry } from "@/lib/config/child-entry";
import type { GenerationPrompt } from "@/lib/contracts/generate-protocol";
import {
  type GenerateReply,
  type GenerateRequest,
  GenerateReply as ReplySchema,
} from "@/lib/contracts/generate-protocol";
import type { FinishReason, GenerationSettings } from "@/lib/contracts/generation";
import { AppError } from "@/lib/errors";

type Reply<Kind extends GenerateReply["kind"]> = Extract<GenerateReply, { kind: Kind }>;
type Listener = (reply: GenerateReply) => void;

export interface GenerateCall {
  prompt: GenerationPrompt;
  settings: GenerationSettings;
  signal?: AbortSignal;
  onText(text: string): void;
}

export class GeneratorProcess {
  private readonly child: ChildProcess;
  private readonly listeners = new Map<string, Listener>();
  private isOver = false;
  private requests = 0;

  /** @param onLog what the process writes for its log, in pieces */
  constructor(onLog: (text: string) => void) {
    const { execPath, args, cwd } = childEntry("generate");
    this.child = spawn(execPath, args, { cwd, stdio: ["pipe", "pipe", "pipe"] });
    // It ends by itself when its standard input does: then nobody reads any more.
    this.child.stdin?.on("error", () => {});
    this.child.stderr?.setEncoding("utf8").on("data", onLog);
    this.child.once("error", () => this.fail());
    this.child.once("close", () => this.fail());
    if (this.child.stdout) createInterface({ input: this.child.stdout }).on("line", (line) => this.hear(line));
  }

  /** Throws AppError when model, adapter or device cannot be used. */
  open(options: Omit<Extract<GenerateRequest, { kind: "open" }>, "kind" | "id">): Promise<Reply<"opened">> {
    return this.ask({ kind: "open", id: this.nextId(), ...options }, "opened", () => {});
  }

  /** Pieces as they come; then how it ended, which for an aborted signal is the reason `cancelled`. */
  async generate({ prompt, settings, signal, onText }: GenerateCall): Promise<Reply<"done">> {
    const id = this.nextId();
    const cancel = () => this.send({ kind: "cancel", id });
    signal?.addEventListener("abort", cancel, { once: true });
    try {
      const done = this.ask({ kind: "generate", id, prompt, settings }, "done", (reply) => {
        if (reply.kind === "text") onText(reply.text);
      });
      if (signal?.aborted) cancel();
      return await done;
    } finally {
      signal?.removeEventListener("abort", cancel);
    }
  }

  /** Ends the process, whatever it is doing. */
  close(): void {
    this.isOver = true;
    this.child.stdin?.end();
    this.child.kill("SIGKILL");
  }

  private nextId(): string {
    return String(++this.requests);
  }

  private send(request: GenerateRequest): void {
    if (!this.isOver) this.child.stdin?.write(`${JSON.stringify(request)}\n`);
  }

  private ask<Kind extends GenerateReply["kind"]>(
    request: GenerateRequest,
    last: Kind,
    onOther: Listener,
  ): Promise<Reply<Kind>> {
    return new Promise((resolve, reject) => {
      const { id } = request;
      this.listeners.set(id, (reply) => {
        if (reply.kind !== last && reply.kind !== "failed") {
          onOther(reply);
          return;
        }
        this.listeners.delete(id);
        if (reply.kind === "failed")
          reject(new AppError(reply.isOurFault ? "internal" : "invalid_input", reply.message));
        else resolve(reply as Reply<Kind>);
      });
      if (this.isOver) this.fail();
      else this.send(request);
    });
  }

  private hear(line: string): void {
    const reply = ReplySchema.parse(JSON.parse(line));
    this.listeners.get(reply.id)?.(reply);
  }

  /** Nothing more will come: who still waits is told so. */
  private fail(): void {
    this.isOver = true;
    const message = "The process that generates text has ended; memory may have run out. Its log has more.";
    for (const [id, listener] of this.listeners) listener({ kind: "failed", id, message, isOurFault: true });
  }
}

/** What people read of an ending. */
export const FINISH_WORDS: Record<FinishReason, string> = {
  end: "the model ended the text",
  stop: "a stop string came up",
  length: "max_new_tokens were written",
  context: "the model's context is full",
  cancelled: "it was stopped",
};
