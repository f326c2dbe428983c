/** @file Downloads one pinned package with the registry's ordinary client and unpacks it into the cache folder. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type CorpusPackage, isAllowedLicense } from "./corpus-package";

const run = promisify(execFile);

export interface FetchedPackage {
  /** Absolute folder that `include` paths are relative to. */
  folder: string;
  /** SPDX expression from the package's own metadata. */
  license: string;
  /** Full version; for the standard library that of the interpreter. */
  version: string;
}

/** A BSD text without an SPDX id: the three-clause one is known by its non-endorsement clause. */
function bsdVariant(licenseText: string): string {
  const isBsd = /redistributions of source code must retain/i.test(licenseText);
  if (!isBsd) return "unknown";
  return /endorse or promote/i.test(licenseText) ? "BSD-3-Clause" : "BSD-2-Clause";
}

function spdxOf(declared: string): string | null {
  if (isAllowedLicense(declared)) return declared;
  if (/^MIT License$/i.test(declared)) return "MIT";
  if (/^Apache(?: License,? Version)? 2\.0(?: License)?$/i.test(declared)) return "Apache-2.0";
  return null;
}

async function wheelLicense(folder: string): Promise<string> {
  const info = (await readdir(folder)).find((name) => name.endsWith(".dist-info"));
  if (info === undefined) return "unknown";
  const header = (await readFile(join(folder, info, "METADATA"), "utf8")).split("\n\n")[0] ?? "";
  const field = (name: string) => header.match(new RegExp(`^${name}: (.+)$`, "m"))?.[1]?.trim();
  const expression = field("License-Expression");
  if (expression !== undefined) return expression;
  const spdx = spdxOf(field("License") ?? "");
  if (spdx !== null) return spdx;
  const files = await readdir(join(folder, info), { recursive: true, withFileTypes: true });
  const file = files.find((entry) => entry.isFile() && /^(LICENSE|LICENCE|COPYING)/i.test(entry.name));
  return file === undefined ? "unknown" : bsdVariant(await readFile(join(file.parentPath, file.name), "utf8"));
}

async function download(entry: CorpusPackage, archives: string): Promise<string> {
  const wheelName = entry.name.replaceAll("-", "_").toLowerCase();
  const tarball = `${entry.name.replace("@", "").replace("/", "-")}-${entry.version}.tgz`;
  const isArchive = (file: string) =>
    entry.registry === "npm" ? file === tarball : file.toLowerCase().startsWith(`${wheelName}-${entry.version}-`);
  let found = (await readdir(archives)).find(isArchive);
  if (found === undefined) {
    if (entry.registry === "npm") {
      const spec = `${entry.name}@${entry.version}`;
      await run("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", archives, spec]);
    } else {
      const spec = `${entry.name}==${entry.version}`;
      const wheelOnly = ["--quiet", "--no-deps", "--only-binary", ":all:"];
      await run("python3", ["-m", "pip", "download", ...wheelOnly, "--dest", archives, spec]);
    }
    found = (await readdir(archives)).find(isArchive);
  }
  if (found === undefined)
    throw new Error(`The archive of ${entry.name} ${entry.version} did not arrive in ${archives}.`);
  return join(archives, found);
}

/** @param cache absolute folder, outside the repository; archives and unpacked packages stay there. */
export async function fetchPackage(entry: CorpusPackage, cache: string): Promise<FetchedPackage> {
  if (entry.registry === "python") {
    const script = "import platform, sysconfig; print(platform.python_version(), sysconfig.get_path('stdlib'))";
    const { stdout } = await run("python3", ["-c", script]);
    const [version = "", folder = ""] = stdout.trim().split(/ (.*)/);
    if (!version.startsWith(`${entry.version}.`)) {
      throw new Error(`The corpus uses Python ${entry.version}'s standard library, but python3 is ${version}.`);
    }
    const licenseFile = await readFile(join(folder, "LICENSE.txt"), "utf8").catch(() => "");
    const isPsf = licenseFile.includes("PYTHON SOFTWARE FOUNDATION LICENSE VERSION 2");
    return { folder, license: isPsf ? "PSF-2.0" : "unknown", version };
  }
  const archives = join(cache, entry.registry);
  const unpacked = join(cache, "unpacked", entry.registry, `${entry.name.replace("/", "+")}-${entry.version}`);
  await mkdir(archives, { recursive: true });
  if (!existsSync(unpacked)) {
    const archive = await download(entry, archives);
    const partial = `${unpacked}.partial`;
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial, { recursive: true });
    if (entry.registry === "npm") await run("tar", ["-xzf", archive, "-C", partial, "--strip-components=1"]);
    else await run("python3", ["-m", "zipfile", "-e", archive, partial]);
    await rename(partial, unpacked);
  }
  if (entry.registry === "pypi")
    return { folder: unpacked, license: await wheelLicense(unpacked), version: entry.version };
  const manifest: unknown = JSON.parse(await readFile(join(unpacked, "package.json"), "utf8"));
  const declared = typeof manifest === "object" && manifest !== null && "license" in manifest ? manifest.license : null;
  return { folder: unpacked, license: typeof declared === "string" ? declared : "unknown", version: entry.version };
}
