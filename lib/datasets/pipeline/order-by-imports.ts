/** @file Files of one repository so that what a file imports comes before it, as far as imports lead to files. */
import { posix } from "node:path";

interface Importing {
  name: string;
  imports: readonly string[];
}

const ENDINGS = [
  "",
  ".ts",
  ".tsx",
  ".js",
  ".mjs",
  ".jsx",
  ".py",
  ".rs",
  ".rb",
  ".h",
  ".java",
  ".kt",
  ".php",
  "/index.ts",
  "/index.js",
  "/__init__.py",
  "/mod.rs",
];
const MAX_DEPTH = 10_000;

/** The files in their new order. Cycles are broken where the first file by path meets one that is under way. */
export function orderByImports<T extends Importing>(files: readonly T[]): T[] {
  const byPath = new Map(files.map((file) => [file.name, file]));
  // `a.b.c` of Python and Java is some/where/a/b/c: found by the ends of paths.
  const byTail = new Map<string, T>();
  for (const file of files) {
    const bare = file.name.replace(/(?:\/__init__)?\.[^./]+$/, "").split("/");
    for (let length = 1; length <= Math.min(4, bare.length); length++) {
      const tail = bare.slice(-length).join("/");
      if (length > 1 && !byTail.has(tail)) byTail.set(tail, file);
    }
  }
  const resolve = (from: T, specifier: string): T | undefined => {
    const folder = posix.dirname(from.name);
    const isDotted = /^\.*[\w.]+$/.test(specifier) && !specifier.startsWith("./") && !specifier.includes("/");
    const candidates: string[] = [];
    if (from.name.endsWith(".py") && specifier.startsWith(".")) {
      const dots = /^\.+/.exec(specifier)?.[0].length ?? 1;
      candidates.push(
        posix.join(folder, ...Array<string>(dots - 1).fill(".."), specifier.slice(dots).replaceAll(".", "/")),
      );
    } else if (specifier.startsWith(".") || specifier.includes("/")) {
      candidates.push(posix.join(folder, specifier), specifier.replace(/^[@~]\//, ""));
    } else {
      candidates.push(posix.join(folder, specifier), posix.join(folder, specifier.replace(/::|\./g, "/")));
    }
    for (const base of candidates) {
      for (const stem of [base, base.replace(/\.(?:js|mjs|jsx)$/, "")]) {
        for (const ending of ENDINGS) {
          const found = byPath.get(stem + ending);
          if (found !== undefined && found !== from) return found;
        }
      }
    }
    const tail = isDotted ? specifier.replaceAll(".", "/") : specifier.replace(/^[@~]\//, "").replace(/\.[jt]sx?$/, "");
    const found = byTail.get(tail.split("/").slice(-4).join("/"));
    return found === from ? undefined : found;
  };
  const ordered: T[] = [];
  const state = new Map<T, "under way" | "done">();
  for (const start of files) {
    const stack: { file: T; next: number; needs: T[] }[] = [];
    const enter = (file: T) => {
      if (state.has(file) || stack.length >= MAX_DEPTH) return;
      state.set(file, "under way");
      stack.push({ file, next: 0, needs: file.imports.flatMap((specifier) => resolve(file, specifier) ?? []) });
    };
    enter(start);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const need = top.needs[top.next++];
      if (need !== undefined) enter(need);
      else {
        state.set(top.file, "done");
        ordered.push(top.file);
        stack.pop();
      }
    }
  }
  return ordered;
}
