/** @file Have the sources of a build changed? First by size and time (fast), then by content (sure). */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const LEFT_OUT = /(^|\/)(node_modules|fixtures|\.DS_Store)$|\.test\.tsx?$|\.md$/;

/** Files below the given files and folders, relative to `folder`, sorted; tests and documents are left out by default. */
export function listSources(folder, names, leftOut = LEFT_OUT) {
  const found = [];
  const visit = (name) => {
    if (leftOut.test(name)) return;
    const info = lstatSync(join(folder, name), { throwIfNoEntry: false });
    if (info?.isDirectory()) for (const child of readdirSync(join(folder, name))) visit(`${name}/${child}`);
    else if (info?.isFile()) found.push({ name, size: info.size, modified: info.mtimeMs });
  };
  for (const name of names) visit(name);
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `quick` changes when any file is touched, `content` only when bytes or names differ. The latter is read on demand. */
export function fingerprint(folder, names) {
  const sources = listSources(folder, names);
  const quick = createHash("sha256");
  for (const { name, size, modified } of sources) quick.update(`${name}\0${size}\0${modified}\n`);
  return {
    quick: quick.digest("hex"),
    content: () => {
      const hash = createHash("sha256");
      for (const { name, size } of sources) hash.update(`${name}\0${size}\0`).update(readFileSync(join(folder, name)));
      return hash.digest("hex");
    },
  };
}
