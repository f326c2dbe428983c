/** @file `npm run dev`: the web app with hot reload and one worker from the sources, both ended by Ctrl-C. */
import "./setup/require-node.mjs";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureReady } from "./setup/ensure-ready.mjs";
import { root } from "./setup/root.mjs";
import { exitWith } from "./setup/setup-error.mjs";

try {
  await ensureReady({ needsBuild: false });
} catch (error) {
  exitWith(error);
}
const port = process.env["PORT"] ?? "7860";
const programs = [
  [join(root, "node_modules", "next", "dist", "bin", "next"), "dev", "-H", "127.0.0.1", "-p", port],
  ["--import", "tsx", join(root, "workers", "main.ts")],
];
const children = programs.map((args) => spawn(process.execPath, args, { cwd: root, stdio: "inherit" }));
const stop = () => {
  for (const child of children) child.kill("SIGTERM");
};
for (const child of children) child.once("exit", stop);
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, stop);
