/** @file `npm start` and bin/codetune-studio: set up what is missing, then be the program. Without a command it serves. */
import "./setup/require-node.mjs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { root } from "./setup/root.mjs";
import { exitWith } from "./setup/setup-error.mjs";

try {
  await ensureReady();
} catch (error) {
  exitWith(error);
}
// In this process, so that a signal from the terminal or from npm reaches the program itself.
await import(pathToFileURL(join(root, "dist", "cli.mjs")).href);
