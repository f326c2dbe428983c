/**
 * @file Checkpoints: everything that a later process needs to go on as if nothing had happened.
 *
 * `checkpoints/step-<n>/` holds the parameters (LoRA: a PEFT adapter folder; full: `model.safetensors`) as F32, the
 * optimizer's state (`optimizer.safetensors`), F32 or U8, and `state.json`, which names the sha256 of the other files and of
 * itself. The folder is written under a temporary name and renamed when complete, so a torn one is either invisible or fails
 * its hashes.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { AdapterSettings } from "@/lib/contracts/adapter-config";
import { AppError } from "@/lib/errors";
import { ADAPTER_WEIGHTS_FILE, writeAdapter } from "../lora/adapter-format";
import type { Optimizer, StateTensor } from "../optim/optimizer";
import type { RngState } from "../optim/rng";
import { durableWrite, syncFolder } from "../safetensors/durable-write";
import { openSafetensors } from "../safetensors/open-safetensors";
import { writeSafetensors } from "../safetensors/write-safetensors";
import type { Parameter } from "../types";
import type { HeldOutRecord } from "./held-out-record";

const STATE_FILE = "state.json";
const OPTIMIZER_FILE = "optimizer.safetensors";
const MODEL_FILE = "model.safetensors";
const KEPT = 2;

const finiteOrNull = z.number().nullable();

/** A step whose evaluation was cut short by a stop: its metric is still to be told. */
const PendingMetric = z.strictObject({
  trainLoss: finiteOrNull,
  gradNorm: finiteOrNull,
  learningRate: z.number(),
  tokensPerSecond: z.number(),
});
export type PendingMetric = z.infer<typeof PendingMetric>;

const uint32 = z.int().min(0).max(0xffffffff);

const CheckpointState = z.strictObject({
  version: z.literal(1),
  configHash: z.string(),
  /** Optimizer steps done. With seed and settings it also says where in which epoch the sampler is. */
  step: z.int().min(0),
  tokensSeen: z.int().min(0),
  rng: z.tuple([uint32, uint32, uint32, uint32]),
  evalLossBefore: finiteOrNull,
  /** Held-out loss at this very step, if it was evaluated. */
  evalLoss: finiteOrNull,
  pendingMetric: PendingMetric.nullable(),
  /** Absent in checkpoints of earlier versions. */
  best: z
    .strictObject({ step: z.int().min(1), evalLoss: z.number() })
    .nullable()
    .default(null),
  evaluationsWithoutImprovement: z.int().min(0).default(0),
  files: z.record(z.string().regex(/^[\w.]+$/), z.strictObject({ bytes: z.int().min(0), sha256: z.string() })),
});
type CheckpointState = z.infer<typeof CheckpointState>;

/** As in the file. The hash is absent in checkpoints of earlier versions. */
const StoredState = CheckpointState.extend({ sha256: z.string().optional() });

/** Over all values and their order, however they are spaced in the file. */
const hashState = (state: object): string =>
  createHash("sha256")
    .update(JSON.stringify({ ...state, sha256: undefined }))
    .digest("hex");

/** What the loop carries from step to step, beside the parameters and the optimizer's state. */
export interface Progress extends HeldOutRecord {
  step: number;
  tokensSeen: number;
  evalLossBefore: number | null;
  evalLoss: number | null;
  pendingMetric: PendingMetric | null;
}

export interface CheckpointContents {
  configHash: string;
  progress: Progress;
  rng: RngState;
  parameters: readonly Parameter[];
  optimizer: Optimizer;
  /** Null for full fine-tuning. */
  adapter: AdapterSettings | null;
}

const checkpointsDir = (runDir: string): string => join(runDir, "checkpoints");

async function hashFile(path: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return { bytes: (await stat(path)).size, sha256: hash.digest("hex") };
}

export interface WrittenCheckpoint {
  path: string;
  /** Steps of all checkpoints that are there after pruning, in order. */
  kept: number[];
}

/** Writes `checkpoints/step-<n>`, replacing one of the same step, then prunes. */
export async function writeCheckpoint(runDir: string, contents: CheckpointContents): Promise<WrittenCheckpoint> {
  const { progress, parameters, optimizer } = contents;
  const parent = checkpointsDir(runDir);
  const temporary = join(parent, `.writing-${randomUUID()}`);
  const final = join(parent, `step-${progress.step}`);
  await mkdir(temporary, { recursive: true });
  try {
    if (contents.adapter) await writeAdapter(temporary, contents.adapter, parameters);
    else await writeSafetensors(join(temporary, MODEL_FILE), parameters);
    await writeSafetensors(join(temporary, OPTIMIZER_FILE), optimizer.state);
    const files: CheckpointState["files"] = {};
    for (const name of await readdir(temporary)) files[name] = await hashFile(join(temporary, name));
    const state: CheckpointState = {
      version: 1,
      configHash: contents.configHash,
      rng: [...contents.rng],
      ...progress,
      files,
    };
    const stored = { ...state, sha256: hashState(state) };
    await durableWrite(join(temporary, STATE_FILE), async (handle) =>
      handle.writeFile(JSON.stringify(stored, null, 2)),
    );
    await replaceFolder(temporary, final);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await pruneCheckpoints(parent, progress.best?.step);
  return { path: final, kept: (await listSteps(parent)).toReversed() };
}

/** Puts a finished folder in the place of another. A crash in between leaves the old one, the new one, or neither. */
export async function replaceFolder(from: string, to: string): Promise<void> {
  const parent = join(to, "..");
  const aside = join(parent, `.replaced-${randomUUID()}`);
  const hadOld = await rename(to, aside).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  await rename(from, to);
  await syncFolder(parent);
  if (hadOld) await rm(aside, { recursive: true, force: true });
}

/** Steps of all checkpoint folders, newest first; whether they are valid is another question. */
async function listSteps(parent: string): Promise<number[]> {
  const names = await readdir(parent).catch(() => []);
  return names
    .map((name) => /^step-(\d{1,15})$/.exec(name)?.[1])
    .filter((step) => step !== undefined)
    .map(Number)
    .toSorted((a, b) => b - a);
}

async function readState(dir: string): Promise<CheckpointState> {
  const values: unknown = JSON.parse(await readFile(join(dir, STATE_FILE), "utf8"));
  const { sha256, ...state } = StoredState.parse(values);
  if (sha256 !== undefined && sha256 !== hashState(values as object)) throw new Error(`${STATE_FILE} is damaged.`);
  return state;
}

/** Keeps the newest two and the one with the lowest held-out loss: of the run, or else of the checkpoints there are. */
async function pruneCheckpoints(parent: string, bestOfRun: number | undefined): Promise<void> {
  const steps = await listSteps(parent);
  let best: { step: number; evalLoss: number } | null = null;
  for (const step of steps) {
    const evalLoss = await readState(join(parent, `step-${step}`)).then(
      (state) => state.evalLoss,
      () => null,
    );
    if (evalLoss !== null && (best === null || evalLoss < best.evalLoss)) best = { step, evalLoss };
  }
  for (const step of steps.slice(KEPT)) {
    if (step !== best?.step && step !== bestOfRun)
      await rm(join(parent, `step-${step}`), { recursive: true, force: true });
  }
}

/** Removes what a killed process left half-written. Only for the process that holds the run's lock. */
export async function removeLeftovers(runDir: string): Promise<void> {
  for (const dir of [runDir, checkpointsDir(runDir)]) {
    for (const name of await readdir(dir).catch(() => [])) {
      if (/^\.(writing|replaced)-/.test(name)) await rm(join(dir, name), { recursive: true, force: true });
    }
  }
}

export interface RestoredCheckpoint {
  progress: Progress;
  rng: RngState;
  path: string;
}

/** What a checkpoint is loaded into. */
export interface Trained {
  parameters: readonly Parameter[];
  optimizer: Optimizer;
}

/**
 * Loads the newest valid checkpoint into parameters and optimizer (untouched when there is none).
 * @param onIgnored told about each checkpoint that is torn
 * @throws AppError conflict when the newest sound one belongs to other settings: starting over unasked would surprise
 */
export async function restoreNewestCheckpoint(
  runDir: string,
  trained: Trained,
  configHash: string,
  onIgnored: (message: string) => void,
): Promise<RestoredCheckpoint | null> {
  const parent = checkpointsDir(runDir);
  for (const step of await listSteps(parent)) {
    const dir = join(parent, `step-${step}`);
    try {
      return await restoreCheckpoint(dir, trained, configHash);
    } catch (error) {
      if (error instanceof AppError && error.code === "conflict") throw error;
      const reason =
        error instanceof z.ZodError ? `${STATE_FILE} is not valid` : error instanceof Error ? error.message : "";
      onIgnored(`Checkpoint step-${step} is left out: ${reason}`);
    }
  }
  return null;
}

/** The state of a checkpoint that is whole and belongs to the run. */
async function readSoundState(dir: string, configHash: string): Promise<CheckpointState> {
  const state = await readState(dir);
  for (const [name, expected] of Object.entries(state.files)) {
    const actual = await hashFile(join(dir, name));
    if (actual.sha256 !== expected.sha256) throw new Error(`${name} is damaged or incomplete.`);
  }
  if (state.configHash !== configHash) {
    const message = `${dir} was written with other settings, other data or another base model; start a new run instead.`;
    throw new AppError("conflict", message);
  }
  return state;
}

const weightsFileOf = ({ files }: CheckpointState): string =>
  ADAPTER_WEIGHTS_FILE in files ? ADAPTER_WEIGHTS_FILE : MODEL_FILE;

/**
 * Loads the parameters, and nothing else, of one checkpoint.
 * @throws Error in one sentence when it is not there or not whole; the parameters are then as before
 */
export async function loadCheckpointParameters(
  runDir: string,
  step: number,
  parameters: readonly Parameter[],
  configHash: string,
): Promise<void> {
  const dir = join(checkpointsDir(runDir), `step-${step}`);
  const state = await readSoundState(dir, configHash);
  const values = await readTensors(join(dir, weightsFileOf(state)), parameters);
  for (const [i, { data }] of parameters.entries()) copyBytes(values[i] as Uint8Array, data);
}

async function restoreCheckpoint(
  dir: string,
  { parameters, optimizer }: Trained,
  configHash: string,
): Promise<RestoredCheckpoint> {
  const sound = await readSoundState(dir, configHash);
  const { version: _, configHash: __, rng, files: ___, ...progress } = sound;
  const weightsFile = weightsFileOf(sound);
  // Everything is read before anything is changed, so a checkpoint that fails half-way changes nothing.
  const { state } = optimizer;
  const values = await readTensors(join(dir, weightsFile), parameters);
  const stateValues = await readTensors(join(dir, OPTIMIZER_FILE), state);
  for (const [i, { data }] of parameters.entries()) copyBytes(values[i] as Uint8Array, data);
  for (const [i, { data }] of state.entries()) copyBytes(stateValues[i] as Uint8Array, data);
  optimizer.step = progress.step;
  return { progress, rng, path: dir };
}

const bytesOf = (data: Float32Array | Uint8Array): Uint8Array =>
  new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const copyBytes = (bytes: Uint8Array, into: Float32Array | Uint8Array): void => bytesOf(into).set(bytes);

/** The tensors' bytes; their names, shapes and types are those of `wanted`. */
async function readTensors(path: string, wanted: readonly StateTensor[]): Promise<Uint8Array[]> {
  const file = await openSafetensors(path);
  try {
    const tensors: Uint8Array[] = [];
    for (const { name, shape, data } of wanted) {
      const dtype = data instanceof Uint8Array ? "U8" : "F32";
      const stored = file.tensors.get(name);
      if (stored?.dtype !== dtype || stored.shape.join() !== shape.join()) {
        throw new Error(`${path} has no ${dtype} tensor ${name} of shape [${shape.join(", ")}].`);
      }
      tensors.push(await file.readRaw(name));
    }
    return tensors;
  } finally {
    await file.close();
  }
}
