import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/**
 * `npm test` looks for one (or gets one) and says so in CHROMIUM_PATH, empty when none can be had. Started by hand:
 * the system's. Null means that the browser tests are skipped: the one permitted skip beside WebGPU's.
 */
export function findChromium(): string | null {
  const named = process.env["CHROMIUM_PATH"];
  if (named !== undefined) return named !== "" && existsSync(named) ? named : null;
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  const found = folders.flatMap((folder) => NAMES.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (found === undefined) console.log("No Chromium can be had here, so the browser tests are skipped.");
  return found ?? null;
}
