/** @file `tsx print-sgemm.ts` prints one JSON line: the machine's matrix rate. */
import { openSgemm } from "./measure-sgemm";

const measure = await openSgemm();
await measure();
console.log(JSON.stringify({ sgemmFlops: await measure() }));
process.exit(0);
