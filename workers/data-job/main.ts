/** @file The process that works on data: see lib/contracts/data-job.ts for what it reads and says. */
import { runDataJob } from "./run-data-job";

const exitCode = await runDataJob(process.argv[2]);
// Standard input would keep the process alive as long as the parent holds it open.
process.exit(exitCode);
