/** @file `npm run build`: builds the web app and the programs, whether they are stale or not. */
import "./setup/require-node.mjs";
import { build } from "./setup/ensure-built.mjs";
import { ensureInstalled } from "./setup/ensure-installed.mjs";
import { say } from "./setup/ensure-ready.mjs";
import { exitWith } from "./setup/setup-error.mjs";
import { withLock } from "./setup/with-lock.mjs";

try {
  await withLock(say, async () => {
    await ensureInstalled(say);
    await build();
  });
} catch (error) {
  exitWith(error);
}
