/** @file Imported first by every script: says in one sentence when Node is too old. Old syntax on purpose. */
import { isNodeNewEnough, MINIMUM_NODE } from "./node-version.mjs";

if (!isNodeNewEnough(process.versions.node)) {
  process.stderr.write(
    `CodeTune Studio needs Node ${MINIMUM_NODE} or newer; this is ${process.versions.node}. Install a newer Node and run the command again.\n`,
  );
  process.exit(2);
}
