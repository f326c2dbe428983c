"use server";
import { z } from "zod";
import { idSchema } from "@/lib/contracts/ids";
import { RunDetailsChange } from "@/lib/contracts/run-details";
import { deleteDataset } from "@/lib/services/datasets/delete-dataset";
import { cancelJob } from "@/lib/services/jobs/cancel-job";
import { createJob } from "@/lib/services/jobs/create-job";
import { deleteJob } from "@/lib/services/jobs/delete-job";
import { resumeJob } from "@/lib/services/jobs/resume-job";
import { createRun } from "@/lib/services/runs/create-run";
import { deleteRun } from "@/lib/services/runs/delete-run";
import { restoreRun } from "@/lib/services/runs/restore-run";
import { resumeRun } from "@/lib/services/runs/resume-run";
import { startQuickstart } from "@/lib/services/runs/start-quickstart";
import { stopRun } from "@/lib/services/runs/stop-run";
import { updateRun } from "@/lib/services/runs/update-run";
import { action } from "@/lib/web/action";

const RunRef = z.strictObject({ runId: idSchema("run") });
const RunChange = RunDetailsChange.extend({ runId: idSchema("run") });
const NewRun = z.strictObject({ config: z.unknown(), name: z.string().trim().max(200).optional() });
const JobRef = z.strictObject({ jobId: idSchema("job") });
const DatasetRef = z.strictObject({ datasetId: idSchema("ds") });
const NewJob = z.strictObject({ spec: z.unknown() });

export const startQuickstartAction = action(z.strictObject({}), (ctx) => startQuickstart(ctx));
export const createRunAction = action(NewRun, (ctx, { config, name }) =>
  createRun(ctx, { config, ...(name && { name }) }),
);
export const stopRunAction = action(RunRef, stopRun);
export const resumeRunAction = action(RunRef, resumeRun);
export const updateRunAction = action(RunChange, updateRun);
export const deleteRunAction = action(RunRef, deleteRun);
export const restoreRunAction = action(RunRef, restoreRun);
export const createJobAction = action(NewJob, createJob);
export const cancelJobAction = action(JobRef, cancelJob);
export const resumeJobAction = action(JobRef, resumeJob);
export const deleteDatasetAction = action(DatasetRef, deleteDataset);
export const deleteJobAction = action(JobRef, deleteJob);
