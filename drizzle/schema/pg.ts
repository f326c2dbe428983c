import { pgKit } from "../kits/pg";
import { defineSchema } from "./define";

export const { trainingConfig, datasets, dataJobs, runs, runEvents, trainingMetric, workers } = defineSchema(pgKit);
