/**
 * @file Whether the Hub's host takes connections at all. Without a network a request can hang for minutes; a bare
 * connection tells within seconds, and its verdict is kept, so that a page with five requests waits once.
 */
import { connect } from "node:net";
import { AppError } from "@/lib/errors";

const OFFLINE_MS = 20_000;
const ONLINE_MS = 60_000;

interface Verdict {
  until: number;
  problem: string | null;
}

const verdicts = new Map<string, Promise<Verdict>>();

/** Throws AppError `unavailable` with `cause` "offline" when the host of `endpoint` can't be reached. */
export async function requireReachable(endpoint: string, connectMs: number): Promise<void> {
  let known = verdicts.get(endpoint);
  if (known === undefined || (await known).until < Date.now()) {
    known = probe(endpoint, connectMs);
    verdicts.set(endpoint, known);
  }
  const { problem } = await known;
  if (problem === null) return;
  throw new AppError(
    "unavailable",
    `${new URL(endpoint).host} can't be reached (${problem}): this machine seems to be offline. What is here already works without it.`,
    { cause: "offline" },
  );
}

function probe(endpoint: string, connectMs: number): Promise<Verdict> {
  const { hostname, port, protocol } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ""),
      port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port),
    });
    const end = (problem: string | null) => {
      socket.destroy();
      resolve({ until: Date.now() + (problem === null ? ONLINE_MS : OFFLINE_MS), problem });
    };
    socket.setTimeout(connectMs, () => end(`no answer within ${connectMs / 1000} seconds`));
    socket.once("connect", () => end(null));
    socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? "no connection"));
  });
}
