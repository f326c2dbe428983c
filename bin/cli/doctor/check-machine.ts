/** @file What the studio needs of the machine. Every check says what it found; a bad one says what to change. */
import { existsSync } from "node:fs";
import { access, constants, statfs } from "node:fs/promises";
import { arch, availableParallelism, cpus, freemem, platform, totalmem } from "node:os";
import { dirname, join } from "node:path";
import type { Env } from "@/lib/config/env";
import { type Paths, pathsOf } from "@/lib/config/paths";
import { version } from "@/lib/config/version";
import { databaseOptions } from "@/lib/db/database-options";
import { describeUrl } from "@/lib/db/describe-url";
import { getMigrationStatus } from "@/lib/db/get-migration-status";
import { userMessage } from "@/lib/errors";
import { type DeviceReport, probeDevices } from "./probe-devices";

export interface Finding {
  name: string;
  state: "ok" | "note" | "bad";
  text: string;
}

const MIN_FREE_DISK = 1e9;
const MIN_MEMORY = 2e9;
const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

function checkNode(): Finding {
  const { node } = process.versions;
  const [major = 0, minor = 0] = node.split(".").map(Number);
  const isNewEnough = major > 20 || (major === 20 && minor >= 9);
  return {
    name: "node",
    state: isNewEnough ? "ok" : "bad",
    text: `${node} on ${platform()}-${arch()}${isNewEnough ? "" : "; install 20.9 or newer"}`,
  };
}

function checkMemory(): Finding {
  const isEnough = totalmem() >= MIN_MEMORY;
  const text = `${gigabytes(totalmem())}, ${gigabytes(freemem())} free; ${availableParallelism()} × ${cpus()[0]?.model ?? "CPU"}`;
  return { name: "memory", state: isEnough ? "ok" : "note", text: isEnough ? text : `${text}; small models only` };
}

/** The folder itself, or the first one above it that is there. */
function existingFolder(path: string): string {
  for (let folder = path; ; folder = dirname(folder))
    if (existsSync(folder) || folder === dirname(folder)) return folder;
}

async function checkHome({ home }: Paths): Promise<Finding> {
  const folder = existingFolder(home);
  const isWritable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!isWritable) return { name: "data", state: "bad", text: `${folder} cannot be written; change CODETUNE_HOME` };
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const text = `${home}, ${gigabytes(free)} free`;
  if (free < MIN_FREE_DISK) return { name: "data", state: "bad", text: `${text}; make room or change CODETUNE_HOME` };
  return { name: "data", state: "ok", text };
}

async function checkDatabase(
  name: string,
  env: Pick<Env, "DATABASE_URL" | "SQL_DEBUG">,
  paths: Paths,
): Promise<Finding> {
  const database = databaseOptions(env, paths);
  try {
    const { applied, pending } = await getMigrationStatus(database);
    const tables =
      pending.length === 0
        ? `${applied.length} migrations applied`
        : `${pending.length} migrations to apply at the next start`;
    return { name, state: "ok", text: `${describeUrl(database.url)}, ${tables}` };
  } catch (error) {
    return { name, state: "bad", text: userMessage(error) };
  }
}

function checkFolder(name: string, path: string, remedy: string): Finding {
  return existsSync(path)
    ? { name, state: "ok", text: path }
    : { name, state: "bad", text: `${path} is missing; ${remedy}` };
}

function describeDevice({ device, isOpen, gflops, reason, runtimeVersion }: DeviceReport, processor: number): Finding {
  if (!isOpen) return { name: device, state: device === "cpu" ? "bad" : "note", text: `not usable: ${reason}` };
  if (device === "auto") return { name: "device auto", state: "ok", text: reason ?? "" };
  const text = `opened by ONNX Runtime ${runtimeVersion}, ${Math.round(gflops ?? 0)} GFLOP/s`;
  const isSlower = (gflops ?? 0) < processor;
  return { name: device, state: "ok", text: isSlower ? `${text}: slower than the processor` : text };
}

/** In the order in which they are shown. */
export async function checkMachine(env: Env): Promise<Finding[]> {
  const paths = pathsOf(env);
  const file = { SQL_DEBUG: env.SQL_DEBUG };
  const devices = await probeDevices();
  const processor = devices.find(({ device }) => device === "cpu")?.gflops ?? 0;
  return [
    { name: "codetune-studio", state: "ok", text: version },
    checkNode(),
    checkMemory(),
    await checkHome(paths),
    ...(env.DATABASE_URL === undefined ? [] : [await checkDatabase("database (DATABASE_URL)", env, paths)]),
    await checkDatabase(env.DATABASE_URL === undefined ? "database" : "database (file, not in use)", file, paths),
    checkFolder("web app", join(paths.repository, ".next", "BUILD_ID"), "run npm start, which builds it"),
    checkFolder(
      "base model",
      join(paths.bundledModels, "tiny-code", "model.safetensors"),
      "restore models/ from the repository",
    ),
    ...devices.map((report) => describeDevice(report, processor)),
  ];
}
