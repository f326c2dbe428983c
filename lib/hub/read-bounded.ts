/** @file Answers read to their end, with a bound on their size and on the time between two pieces. */
import { AppError } from "@/lib/errors";

/** Pieces of an answer. Errors: `unavailable` when it stalls or is cut off; the signal's own reason. */
export async function* readPieces(
  response: Response,
  idleMs: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  if (response.body === null) return;
  const reader = response.body.getReader();
  const host = response.url === "" ? "The Hub" : new URL(response.url).host;
  try {
    for (;;) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<"late">((resolve) => {
        timer = setTimeout(() => resolve("late"), idleMs);
      });
      const piece = await Promise.race([reader.read(), late])
        .catch((cause: unknown) => {
          signal?.throwIfAborted();
          throw new AppError("unavailable", `${host} cut its answer off; try again in a moment.`, { cause });
        })
        .finally(() => clearTimeout(timer));
      signal?.throwIfAborted();
      if (piece === "late")
        throw new AppError("unavailable", `${host} stopped sending for ${idleMs / 1000} seconds; try again later.`);
      if (piece.done) return;
      yield piece.value;
    }
  } finally {
    // Not awaited: an answer that stalls ends when its connection does.
    reader.cancel().catch(() => {});
  }
}

/** The whole answer as bytes. Errors: `limit_exceeded` beyond `limitBytes`, and those of `readPieces`. */
export async function readBytes(
  response: Response,
  limitBytes: number,
  idleMs: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of readPieces(response, idleMs, signal)) {
    bytes += piece.length;
    if (bytes > limitBytes)
      throw new AppError(
        "limit_exceeded",
        `The Hub sends more than the ${limitBytes} bytes that were expected, so it is not read further.`,
      );
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

export async function readBounded(
  response: Response,
  limitBytes: number,
  idleMs: number,
  signal?: AbortSignal,
): Promise<string> {
  return new TextDecoder().decode(await readBytes(response, limitBytes, idleMs, signal));
}
