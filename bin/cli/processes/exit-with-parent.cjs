/**
 * @file Loaded into child processes before their own code: when standard input ends, the parent is gone (even by
 * SIGKILL), and the child ends as if it had been asked to. Plain CommonJS for --require: with --import, Node 20.9 refuses
 * main programs without an extension, such as Next's.
 */
const GRACE_MS = 20_000;

process.stdin.on("error", () => {});
process.stdin.once("close", () => {
  setTimeout(() => process.exit(1), GRACE_MS).unref();
  process.kill(process.pid, "SIGTERM");
});
process.stdin.resume();
// Listening must not keep a process alive that has nothing else to do.
process.stdin.unref?.();
