import type { ColumnKit } from "../kits/pg";
import { sqliteKit } from "../kits/sqlite";
import { defineSchema } from "./define";

// The one cast of the schema: the kits have the same names and JavaScript types (the parity test compares the results).
export const { trainingConfig, datasets, dataJobs, runs, runEvents, trainingMetric, workers } = defineSchema(
  sqliteKit as unknown as ColumnKit,
);
