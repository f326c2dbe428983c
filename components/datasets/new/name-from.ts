/** The last part of a path or an address, without its ending: a first idea for a dataset's name. */
export const nameFrom = (path: string): string =>
  path
    .trim()
    .replace(/[\\/]+$/, "")
    .split(/[\\/:]/)
    .pop()
    ?.replace(/\.(?:git|jsonl?|ndjson|csv|tsv|parquet|arrow|txt|zip|tar|tgz|gz)$/i, "") ?? "";
