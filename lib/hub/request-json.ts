import { z } from "zod";
import { AppError } from "@/lib/errors";
import type { Hub, HubRequest } from "./open-hub";
import { readBounded } from "./read-bounded";

const MAX_JSON_BYTES = 16_000_000;

/** A JSON answer of the API in the shape that `schema` says, and its headers. Errors: `unavailable` when it is something else. */
export async function requestJson<S extends z.ZodType>(
  hub: Hub,
  address: string,
  schema: S,
  request: HubRequest = {},
): Promise<{ value: z.output<S>; headers: Headers }> {
  const { response } = await hub.request(address, {
    ...request,
    headers: { accept: "application/json", ...request.headers },
  });
  const text = await readBounded(response, MAX_JSON_BYTES, hub.timeouts.idleMs, request.signal);
  try {
    return { value: schema.parse(JSON.parse(text)), headers: response.headers };
  } catch (cause) {
    const details =
      cause instanceof z.ZodError ? ` (${cause.issues[0]?.path.join(".")}: ${cause.issues[0]?.message})` : "";
    throw new AppError(
      "unavailable",
      `${hub.endpoint} answers with something that is no answer of a Hub${details}; check HF_ENDPOINT.`,
      { cause },
    );
  }
}
