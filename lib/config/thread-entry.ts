import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { childEntry } from "./child-entry";
import { repositoryRoot } from "./repository-root";

/** What `new Worker` takes: a file, or CommonJS text that loads one. */
export interface ThreadEntry {
  program: string;
  eval: boolean;
}

/** How to start one of our programs as a thread: its bundle, else its TypeScript source; tsx registers itself by hand there. */
export function threadEntry(name: Parameters<typeof childEntry>[0]): ThreadEntry {
  const { args } = childEntry(name);
  const file = args.at(-1) as string;
  if (args.length === 1) return { program: file, eval: false };
  const tsx = pathToFileURL(join(repositoryRoot(), "node_modules", "tsx", "dist", "esm", "api", "index.mjs")).href;
  const source = pathToFileURL(file).href;
  const program = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
  return { program, eval: true };
}
