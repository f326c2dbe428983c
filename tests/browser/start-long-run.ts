import type { JobView } from "@/lib/contracts/data-job";
import type { RunView } from "@/lib/contracts/views";
import { addTinyModel, TINY_MODEL_ID } from "../helpers/tiny-studio";
import { waitFor } from "../helpers/wait-for";
import { addCodeFolder, type Studio } from "./open-studio";

/** A run, by the API, that goes on for longer than a test looks at it. */
export async function startLongRun({ url, home }: Studio): Promise<RunView> {
  await addTinyModel(home);
  const create = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
    if (response.status !== 201) throw new Error(`${path} answers ${response.status}: ${await response.text()}`);
    return response.json();
  };
  const source = { kind: "folder", path: await addCodeFolder(home, 20) };
  const spec = { kind: "dataset-build", name: "code", source };
  const { id } = (await create("/api/jobs", { spec })) as JobView;
  await waitFor("the dataset", async () => {
    const job = (await (await fetch(`${url}/api/jobs/${id}`)).json()) as JobView;
    if (job.status === "failed") throw new Error(job.error ?? "the job failed");
    return job.status === "completed";
  });
  const config = {
    model_type: TINY_MODEL_ID,
    dataset_name: "code",
    batch_size: 2,
    max_seq_length: 64,
    warmup_steps: 2,
    epochs: 100,
    checkpoint_interval: 5,
  };
  return (await create("/api/runs", { config })) as RunView;
}
