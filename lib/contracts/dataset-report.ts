/** @file What a build did to its source, step by step: `report.json` in a dataset's folder. */
import { z } from "zod";

const amount = { documents: z.int().min(0), bytes: z.int().min(0) };
const Amount = z.strictObject(amount);
export type Amount = z.infer<typeof Amount>;

export const ReportStep = z.strictObject({
  /** "paths", "size", "license" …; see the build settings. */
  id: z.string(),
  isOn: z.boolean(),
  before: Amount,
  removed: Amount,
  /** Documents that went on in another form, e.g. with a secret redacted. */
  changed: z.int().min(0),
  reasons: z.array(
    z.strictObject({
      reason: z.string(),
      ...amount,
      examples: z.array(z.strictObject({ name: z.string(), detail: z.string() })),
    }),
  ),
  durationMs: z.number().min(0),
  /** Documents whose result an earlier build had found already. */
  reused: z.int().min(0),
});
export type ReportStep = z.infer<typeof ReportStep>;

export const DatasetReport = z.strictObject({
  version: z.literal(1),
  sources: z.array(
    z.strictObject({
      address: z.string(),
      /** Branch, tag or commit as it was asked for; null: the default branch, or no repository. */
      ref: z.string().nullable(),
      commit: z.string().nullable(),
      committedAt: z.string().nullable(),
      /** SPDX expression. */
      license: z.string().nullable(),
      ...amount,
    }),
  ),
  input: z.strictObject({ files: z.int().min(0), bytes: z.int().min(0) }),
  /** In the order in which they were done. */
  steps: z.array(ReportStep),
  output: z.strictObject({
    ...amount,
    languages: z.record(z.string(), Amount),
    licenses: z.record(z.string(), Amount),
    splits: z.strictObject({ train: Amount, eval: Amount }).nullable(),
  }),
  settings: z.record(z.string(), z.unknown()),
  contentHash: z.string(),
  builtAt: z.string(),
  durationMs: z.number().min(0),
  peakBytes: z.int().min(0),
});
export type DatasetReport = z.infer<typeof DatasetReport>;
