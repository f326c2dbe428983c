/**
 * @file Argilla, a server where people look at records and answer questions about them. Its REST API v1, as its own Python
 * client uses it: `/api/v1/me/workspaces`, `/api/v1/me/datasets`, `/api/v1/datasets/{id}/records`, key in a header.
 */
import { z } from "zod";
import { AppError } from "@/lib/errors";
import { type Hub, type HubAnswer, openHub } from "../open-hub";
import { requestJson } from "../request-json";

const PAGE_RECORDS = 100;

const Named = z.looseObject({ id: z.string(), name: z.string() });
const Workspaces = z.looseObject({ items: z.array(Named) });
const Datasets = z.looseObject({ items: z.array(Named.extend({ workspace_id: z.string() })) });
const Records = z.looseObject({
  total: z.number().nullish(),
  items: z.array(
    z.looseObject({
      fields: z.record(z.string(), z.unknown()),
      responses: z
        .array(
          z.looseObject({
            status: z.string().nullish(),
            values: z.record(z.string(), z.looseObject({ value: z.unknown() })).nullish(),
          }),
        )
        .nullish(),
    }),
  ),
});

export interface ArgillaOptions {
  address: string;
  /** ARGILLA_API_URL: the one server that the key is for, whatever somebody types. */
  home: string | null;
  /** Of ARGILLA_API_KEY; never kept anywhere else. */
  key: string | null;
  timeouts?: Parameters<typeof openHub>[0]["timeouts"];
}

export interface Argilla {
  /**
   * Records as rows: a column for each field, and one for each question with a submitted answer (the first), under
   * `answer.<question>`. Errors: `not_found` naming what there is; `unauthenticated` without a good key.
   */
  openDataset(
    at: { workspace: string; dataset: string },
    signal?: AbortSignal,
  ): Promise<{ totalRows: number | null; rows: AsyncIterable<Record<string, unknown>> }>;
}

export function openArgilla({ address, home, key, timeouts }: ArgillaOptions): Argilla {
  const endpoint = new URL(address).origin;
  if (home === null || new URL(home).origin !== endpoint)
    throw new AppError(
      "forbidden",
      `The studio sends its key to the server of ARGILLA_API_URL only, which ${home === null ? "is not set" : "is another one"}: set it to ${endpoint}, and ARGILLA_API_KEY to a key of that server, then start the studio again.`,
    );
  if (key === null)
    throw new AppError(
      "unauthenticated",
      `Set ARGILLA_API_KEY to a key of ${endpoint}, from its “My settings”, and start again.`,
    );
  const server: Hub = openHub({
    endpoint,
    token: key,
    tokenPath: "",
    isOffline: false,
    cacheDir: "",
    ...(timeouts ? { timeouts } : {}),
    credentialsOf: (token) => ({ "x-argilla-api-key": token }),
    describe: async (answer) => describe(answer, endpoint),
  });
  const get = <S extends z.ZodType>(path: string, schema: S, signal?: AbortSignal) =>
    requestJson(server, path, schema, { signal }).then(({ value }) => value);

  async function list(signal?: AbortSignal) {
    const [{ items: workspaces }, { items: datasets }] = await Promise.all([
      get("/api/v1/me/workspaces", Workspaces, signal),
      get("/api/v1/me/datasets", Datasets, signal),
    ]);
    return datasets.map(({ id, name, workspace_id }) => ({
      id,
      dataset: name,
      workspace: workspaces.find((workspace) => workspace.id === workspace_id)?.name ?? workspace_id,
    }));
  }

  return {
    async openDataset({ workspace, dataset }, signal) {
      const all = await list(signal);
      const found = all.find((each) => each.workspace === workspace && each.dataset === dataset);
      if (found === undefined) {
        const has = all.map((each) => `${each.workspace}/${each.dataset}`).join(", ") || "none";
        throw new AppError(
          "not_found",
          `${endpoint} has no dataset ${workspace}/${dataset} for this key; it has ${has.slice(0, 500)}.`,
        );
      }
      const page = (offset: number) =>
        get(
          `/api/v1/datasets/${encodeURIComponent(found.id)}/records?offset=${offset}&limit=${PAGE_RECORDS}&include=responses`,
          Records,
          signal,
        );
      const first = await page(0);
      async function* rows() {
        for (let offset = 0, at = first; at.items.length > 0; at = await page(offset)) {
          for (const item of at.items) yield toRow(item);
          offset += at.items.length;
          if (at.items.length < PAGE_RECORDS) return;
        }
      }
      return { totalRows: first.total ?? null, rows: rows() };
    },
  };
}

function toRow({ fields, responses }: z.infer<typeof Records>["items"][number]): Record<string, unknown> {
  const answered = responses?.find(({ status }) => status === "submitted");
  const answers = Object.entries(answered?.values ?? {}).map(([question, { value }]) => [`answer.${question}`, value]);
  return { ...fields, ...Object.fromEntries(answers) };
}

async function describe({ response }: HubAnswer, endpoint: string): Promise<AppError> {
  await response.body?.cancel().catch(() => {});
  const { status } = response;
  if (status === 401)
    return new AppError(
      "unauthenticated",
      `${endpoint} refuses the key: set ARGILLA_API_KEY to a key from its “My settings”.`,
    );
  if (status === 403) return new AppError("forbidden", `${endpoint} does not allow this for the key's owner.`);
  if (status === 404)
    return new AppError(
      "not_found",
      `${endpoint} is no Argilla server of version 2, or lacks what was asked for; check the address.`,
    );
  return new AppError("unavailable", `${endpoint} answers with status ${status}; try again later.`);
}
