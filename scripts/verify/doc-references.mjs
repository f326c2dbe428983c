import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { listSources } from "../setup/fingerprint.mjs";
import { root } from "../setup/root.mjs";

const CODE = /`([^`\n]+)`/g;
const LINK = /\]\(([^)\s]+)\)/g;
// What a program makes while it runs is named in the documents but not in the repository.
const MADE_LATER =
  /^(data|dist|node_modules|\.next|\.env|runs|checkpoints|adapter|datasets|versions|tokenizers|uploads)(\/|$)/;

// The tree is walked, because git is not everywhere: a downloaded archive, or another user's checkout.
const NOT_OURS = /(^|\/)(node_modules|\.git)$|^(data|dist|coverage|test-results|\.next)$/;

/** Looks like one of our paths: a known top folder and a slash, or a link that is no web address. */
function pathsIn(text, topFolders) {
  const found = new Set();
  for (const [, code] of text.matchAll(CODE)) {
    const path = code.replace(/[.,;:]$/, "").replace(/\/$/, "");
    if (/^[\w.@/-]+$/.test(path) && path.includes("/") && topFolders.has(path.split("/")[0])) found.add(path);
  }
  for (const [, target] of text.matchAll(LINK)) {
    if (!/^([a-z]+:|#)/.test(target)) found.add(target.replace(/#.*$/, ""));
  }
  return [...found].filter((path) => !MADE_LATER.test(path));
}

const scriptsIn = (text) => [...text.matchAll(/\bnpm run ([a-z:-]+)/g)].map((match) => match[1]);

/** Paths and npm scripts that the documents name must exist. Returns a list of problems. */
export function findStaleReferences(folder = root) {
  const files = listSources(folder, readdirSync(folder), NOT_OURS).map(({ name }) => name);
  const topFolders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
  const scripts = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).scripts;
  const problems = [];
  for (const document of files.filter((file) => file.endsWith(".md"))) {
    const text = readFileSync(join(folder, document), "utf8");
    for (const path of pathsIn(text, topFolders)) {
      const isThere = existsSync(join(folder, path)) || existsSync(join(folder, dirname(document), path));
      if (!isThere) problems.push(`${document} names ${path}, which does not exist`);
    }
    for (const name of scriptsIn(text)) {
      if (scripts[name] === undefined) problems.push(`${document} names npm run ${name}, which is not in package.json`);
    }
  }
  return problems;
}
