/** @file A contestant that measures the machine's matrix rate in its turns. */
import { openSgemm } from "./measure-sgemm";
import { serveSteps } from "./serve-steps";

const measure = await openSgemm();
await measure();
await serveSteps({}, async () => ({ sgemmFlops: await measure() }));
process.exit(0);
