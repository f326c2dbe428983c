import { pgKit } from "../kits/pg";
import { defineSchema } from "./define";

export const { trainingConfig, datasets, runs, runEvents, trainingMetric, workers } = defineSchema(pgKit);
