/** @file The real server, worker and trainer on an empty CODETUNE_HOME, and a real browser in front. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { descendantsOf, untilGone } from "../cli/processes";
import { type Program, startProgram } from "../cli/start-program";

export interface Studio {
  url: string;
  home: string;
  page: Page;
  /** What the browser complained about: errors of scripts, of the console, answers of 500 and above. */
  complaints: string[];
  /** Ends server, worker and trainer at once, as a power cut would. */
  kill(): Promise<void>;
  /** Starts them again on the same port and data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const BROWSER_ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

export async function openStudio(executablePath: string, env: Record<string, string> = {}): Promise<Studio> {
  const home = await mkdtemp(join(tmpdir(), "codetune-browser-"));
  const profile = await mkdtemp(join(tmpdir(), "codetune-profile-"));
  const complaints: string[] = [];
  let program: Program | null = null;
  let browser: BrowserContext | null = null;
  const serve = async (port: string) => {
    program = startProgram(["serve", "--port", port], { CODETUNE_HOME: home, ...env });
    const [, url = ""] = await program.matched(/ready at (\S+)/);
    return url;
  };
  const kill = async () => {
    if (program === null) return;
    const all = [program.pid, ...descendantsOf(program.pid)];
    for (const pid of all) endProcess(pid);
    await untilGone(all);
    program = null;
  };
  const close = async () => {
    await browser?.close();
    await kill();
    await Promise.all([home, profile].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 5 })));
  };
  try {
    const url = await serve("0");
    browser = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: BROWSER_ARGS,
      viewport: { width: 1280, height: 900 },
    });
    const page = browser.pages()[0] ?? (await browser.newPage());
    browser.setDefaultTimeout(60_000);
    // Of every tab.
    browser.on("weberror", (event) => complaints.push(`page: ${event.error().message}`));
    browser.on("console", (message) => {
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
        complaints.push(`console: ${message.text()}`);
    });
    browser.on("response", (response) => {
      if (response.status() >= 500) complaints.push(`${response.status()} ${response.url()}`);
    });
    const restart = async () => {
      await serve(new URL(url).port);
    };
    return { url, home, page, complaints, kill, restart, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself in between.
  }
}

/** A folder of code as people have it, with a file that must be left out. Returns its path. */
export async function addCodeFolder(home: string, files: number): Promise<string> {
  const folder = join(home, "my-project");
  await mkdir(join(folder, "node_modules", "dep"), { recursive: true });
  await writeFile(join(folder, "node_modules", "dep", "index.js"), "module.exports = 1;\n");
  for (let i = 0; i < files; i++) {
    const body = Array.from({ length: 10 }, (_, line) => `  total += values[${line}] * ${i};`).join("\n");
    await writeFile(
      join(folder, `sum-${i}.ts`),
      `export function sum${i}(values: number[]): number {\n  let total = 0;\n${body}\n  return total;\n}\n`,
    );
  }
  return folder;
}
