/** @file A file on the Hub, read in parts by range requests and never whole. */
import type { HubFile } from "@/lib/contracts/hub";
import type { RandomAccess } from "@/lib/datasets/parquet/random-access";
import { AppError } from "@/lib/errors";
import type { RepoAt } from "../get-repo";
import type { Hub } from "../open-hub";
import { readBytes } from "../read-bounded";
import { fileAddress } from "../repo-address";

const MAX_PARALLEL = 6;

export interface RemoteFile extends RandomAccess {
  /** What was read so far over the network. */
  readonly traffic: { bytes: number; requests: number };
}

/** `at.revision` is a commit, so every part is of the same file. */
export function openRemoteFile(hub: Hub, at: RepoAt, file: HubFile, signal?: AbortSignal): RemoteFile {
  const traffic = { bytes: 0, requests: 0 };
  const waiting: (() => void)[] = [];
  let running = 0;

  async function slice(start: number, end: number): Promise<Uint8Array> {
    if (running >= MAX_PARALLEL) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await read(start, end);
    } finally {
      running--;
      waiting.shift()?.();
    }
  }

  async function read(start: number, end: number): Promise<Uint8Array> {
    const { response, hubHeaders } = await hub.request(fileAddress(at.type, at.repo, at.revision, file.path), {
      subject: { ...at, path: file.path },
      headers: { range: `bytes=${start}-${end - 1}` },
      signal,
      allow: [416],
    });
    traffic.requests++;
    const refuse = async (message: string) => {
      await response.body?.cancel().catch(() => {});
      return new AppError("unavailable", message);
    };
    const sizes = [/\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1], hubHeaders.get("x-linked-size")];
    const size = sizes.find((said) => said != null && Number(said) !== file.bytes);
    if (size != null)
      throw await refuse(
        `${file.path} of ${at.repo} has ${size} bytes by one answer of the Hub and ${file.bytes} by another; try again later.`,
      );
    // All of it would be gigabytes.
    if (response.status !== 206)
      throw await refuse(
        `${new URL(response.url).host} can't send a part of ${file.path} only, so its rows can't be shown without downloading it whole.`,
      );
    const bytes = await readBytes(response, end - start, hub.timeouts.idleMs, signal);
    traffic.bytes += bytes.length;
    if (bytes.length !== end - start)
      throw new AppError(
        "unavailable",
        `The Hub sent ${bytes.length} of ${end - start} bytes of ${file.path}; try again in a moment.`,
      );
    return bytes;
  }

  return { name: `${at.repo}/${file.path}`, byteLength: file.bytes, slice, traffic };
}
