/**
 * @file Who may import whom, on resolved paths: aliases, relative paths and re-exports make no difference. Types are
 * free (they are gone at run time). biome.json has the same rules for the editor, by the words of an import alone.
 */
import { listSources } from "../setup/fingerprint.mjs";
import { root } from "../setup/root.mjs";

const LEAVES = ["lib/contracts", "lib/errors.ts"];
const DRIVERS = ["drizzle-orm", "@libsql/client", "postgres"];
const WEB = ["next", "react", "react-dom"];
const ONNX = ["onnxruntime-node", "onnxruntime-common"];
const DATA = ["lib/datasets", "lib/tokenizers", "lib/models-catalog"];

/** The first row whose folder holds a file decides. `may`: our own folders; `not`: packages. */
export const RULES = [
  { folder: "app", may: ["components", "lib/web", "lib/services", ...LEAVES, "app"], not: [...DRIVERS, ...ONNX] },
  { folder: "components", may: ["components", ...LEAVES], not: [...DRIVERS, ...ONNX] },
  { folder: "lib/contracts", may: LEAVES, not: [...DRIVERS, ...ONNX, ...WEB], onlyPackages: ["zod"] },
  { folder: "lib/errors.ts", may: [], not: [], onlyPackages: ["zod"] },
  { folder: "lib/config", may: ["lib/config", "package.json", ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  { folder: "lib/db", may: ["lib/db", "drizzle", "lib/config", ...LEAVES], not: [...ONNX, ...WEB] },
  { folder: "drizzle", may: ["drizzle", ...LEAVES], not: [...ONNX, ...WEB] },
  { folder: "lib/datasets", may: [...DATA, ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  {
    folder: "lib/models-catalog",
    // Architectures and estimates are descriptions; only lib/engine/runtime loads anything.
    may: ["lib/models-catalog", "lib/tokenizers", "lib/engine/models", "lib/engine/memory", ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  { folder: "lib/hub", may: ["lib/hub", "lib/datasets/parquet", ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  { folder: "lib/tokenizers", may: ["lib/tokenizers", ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  { folder: "lib/engine/runtime", may: ["lib/engine", ...LEAVES], not: [...DRIVERS, ...WEB] },
  { folder: "lib/engine", may: ["lib/engine", ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  {
    folder: "lib/services",
    may: ["lib/services", "lib/db", "lib/config", "lib/hub", ...DATA, ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  { folder: "lib/web", may: ["lib/web", "lib/services", "lib/config", ...LEAVES], not: [...DRIVERS, ...ONNX] },
  {
    folder: "workers/provider-probe",
    may: ["lib/engine"],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  {
    folder: "workers/generate",
    may: ["workers/generate", "lib/engine", "lib/tokenizers", ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  { folder: "workers/child", may: ["workers/child", ...LEAVES], not: [...DRIVERS, ...ONNX, ...WEB] },
  {
    folder: "workers/data-job",
    may: ["workers/data-job", "workers/child", "lib/hub", "lib/config", ...DATA, ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  {
    folder: "workers/onnx-trainer",
    may: ["workers/onnx-trainer", "workers/child", "lib/engine", "lib/tokenizers", ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  {
    folder: "workers",
    may: ["workers", "lib/services", "lib/db", "lib/config", "lib/hub", ...DATA, ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
  {
    folder: "bin",
    may: ["bin", "lib/services", "lib/db", "lib/config", ...DATA, ...LEAVES],
    not: [...DRIVERS, ...ONNX, ...WEB],
  },
];

/** Packages that must not be reachable from these folders by any chain of imports. */
export const UNREACHABLE = [{ from: ["app", "components", "bin"], packages: ONNX }];

const isIn = (path, folder) => path === folder || path.startsWith(`${folder}/`);
const isPackage = (specifier, name) => specifier === name || specifier.startsWith(`${name}/`);

/** What one import of `path` breaks, or null. */
export function judge(path, target, isExternal) {
  const rule = RULES.find(({ folder }) => isIn(path, folder));
  if (rule === undefined) return null;
  if (!isExternal) {
    if (isIn(target, rule.folder) || rule.may.some((folder) => isIn(target, folder))) return null;
    return `${path} imports ${target}; ${rule.folder} may import ${rule.may.join(", ") || "nothing of ours"}`;
  }
  if (rule.not.some((name) => isPackage(target, name)))
    return `${path} imports the package ${target}, which ${rule.folder} must not`;
  if (rule.onlyPackages && !rule.onlyPackages.some((name) => isPackage(target, name)))
    return `${path} imports ${target}; ${rule.folder} may import ${rule.onlyPackages.join(", ")} only`;
  return null;
}

/** The chain from `start` to a package, as a sentence part, or null. */
export function findChain(graph, start, packages) {
  const queue = [[start]];
  const seen = new Set([start]);
  for (let chain = queue.shift(); chain !== undefined; chain = queue.shift()) {
    for (const { path, external } of graph.get(chain.at(-1)) ?? []) {
      if (external && packages.some((name) => isPackage(path, name))) return [...chain, path];
      if (external || seen.has(path)) continue;
      seen.add(path);
      queue.push([...chain, path]);
    }
  }
  return null;
}

/** Value imports of every file, as esbuild resolves them: path → [{ path, external }]. */
export async function readImportGraph(folder = root) {
  const { build } = await import("esbuild");
  const names = ["app", "bin", "components", "drizzle", "lib", "workers"];
  const files = listSources(folder, names)
    .map(({ name }) => name)
    .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"));
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: files,
    outdir: "dist",
    bundle: true,
    write: false,
    metafile: true,
    format: "esm",
    platform: "node",
    packages: "external",
    jsx: "automatic",
    treeShaking: false,
    loader: { ".css": "empty", ".svg": "empty", ".png": "empty" },
    logLevel: "silent",
  });
  return new Map(Object.entries(metafile.inputs).map(([path, { imports }]) => [path, imports]));
}

/** Returns a list of problems, empty when every import keeps the rules. */
export async function findImportProblems(folder = root) {
  let graph;
  try {
    graph = await readImportGraph(folder);
  } catch (error) {
    return [error.message];
  }
  const problems = [];
  for (const [path, imports] of graph) {
    for (const { path: target, external } of imports) problems.push(judge(path, target, external === true));
  }
  for (const { from, packages } of UNREACHABLE) {
    for (const path of graph.keys()) {
      if (!from.some((name) => isIn(path, name))) continue;
      const chain = findChain(graph, path, packages);
      if (chain !== null)
        problems.push(`${packages[0]} must not be reachable from ${from.join(", ")}: ${chain.join(" → ")}`);
    }
  }
  return [...new Set(problems.filter((problem) => problem !== null))];
}
