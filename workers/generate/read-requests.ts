/** @file Requests from the parent: one JSON object a line. */
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { GenerateRequest } from "@/lib/contracts/generate-protocol";

/** Until the input ends. A line that is no request goes to the log: it has no id to answer to. */
export async function readRequests(input: Readable, onRequest: (request: GenerateRequest) => void): Promise<void> {
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === "") continue;
    const request = parse(line);
    if (request) onRequest(request);
    else console.error(`Not a request: ${line.slice(0, 200)}`);
  }
}

function parse(line: string): GenerateRequest | null {
  try {
    return GenerateRequest.safeParse(JSON.parse(line)).data ?? null;
  } catch {
    return null;
  }
}
