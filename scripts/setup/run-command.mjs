import { spawn } from "node:child_process";
import { root } from "./root.mjs";

/**
 * Runs a program to its end and resolves with its exit code and, unless `live`, what it printed.
 * Never throws: a program that cannot be started has code 127.
 */
export function runCommand(command, args, { env = {}, cwd = root, live = false, shell = false, timeoutMs = 0 } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      shell,
      env: { ...process.env, ...env },
      timeout: timeoutMs,
      stdio: live ? "inherit" : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.once("error", (error) => resolve({ code: 127, output: `${output}${error.message}\n` }));
    child.once("close", (code, signal) => resolve({ code: code ?? (signal ? 1 : 0), signal, output }));
  });
}

/** `npm` as the program that runs us knows it, else from PATH. */
export function runNpm(args, options = {}) {
  const script = process.env["npm_execpath"];
  const env = { ...options.env, npm_config_update_notifier: "false" };
  if (script && /npm-cli\.c?js$/.test(script))
    return runCommand(process.execPath, [script, ...args], { ...options, env });
  return runCommand("npm", args, { ...options, env, shell: process.platform === "win32" });
}

/** The last lines of a program's output, for the person who has to find out why it failed. */
export function lastLines(output, count = 40) {
  return output.trimEnd().split("\n").slice(-count).join("\n");
}
