import { existsSync, readdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { root } from "./root.mjs";
import { runCommand } from "./run-command.mjs";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

function findInstalled() {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const candidates = [...folders.flatMap((folder) => NAMES.map((name) => join(folder, name))), ...PLACES];
  return candidates.find((path) => existsSync(path)) ?? null;
}

/** What playwright-core downloads lies in its own cache. */
function findDownloaded() {
  const cache =
    process.env["PLAYWRIGHT_BROWSERS_PATH"] ??
    {
      darwin: join(homedir(), "Library", "Caches", "ms-playwright"),
      win32: join(homedir(), "AppData", "Local", "ms-playwright"),
    }[process.platform] ??
    join(homedir(), ".cache", "ms-playwright");
  if (!existsSync(cache)) return null;
  const programs = [
    "chrome-linux/headless_shell",
    "chrome-headless-shell-linux64/chrome-headless-shell",
    "chrome-linux/chrome",
    "chrome-linux64/chrome",
    "chrome-mac/headless_shell",
    "chrome-headless-shell-mac-arm64/chrome-headless-shell",
    "chrome-win/headless_shell.exe",
  ];
  const folders = readdirSync(cache).filter((name) => name.startsWith("chromium"));
  const candidates = folders.flatMap((folder) => programs.map((program) => join(cache, folder, program)));
  return candidates.find((path) => existsSync(path)) ?? null;
}

/**
 * A Chromium for the browser tests: $CHROMIUM_PATH, the system's, one that playwright-core has, or one that it can
 * download. Null where none can be had.
 */
export async function findChromium(say) {
  const named = process.env["CHROMIUM_PATH"];
  if (named) return existsSync(named) ? named : null;
  const present = findInstalled() ?? findDownloaded();
  if (present !== null) return present;
  say("No Chromium here; trying to download one for the browser tests …");
  const program = join(root, "node_modules", "playwright-core", "cli.js");
  const { code } = await runCommand(process.execPath, [program, "install", "--only-shell", "chromium"], {
    timeoutMs: 180_000,
  });
  return code === 0 ? findDownloaded() : null;
}
