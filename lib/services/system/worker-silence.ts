/** Workers report every 5 s; after this long without a report nobody is taken to be there. */
export const WORKER_SILENT_MS = 20_000;
