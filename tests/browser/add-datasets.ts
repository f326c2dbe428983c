import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { JobView } from "@/lib/contracts/data-job";
import { addTinyModel } from "../helpers/tiny-studio";
import { waitFor } from "../helpers/wait-for";
import { addCodeFolder, type Studio } from "./open-studio";

/** By the API, as a job; returns when it is there. */
async function addDataset({ url }: Studio, name: string, source: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ spec: { kind: "dataset-build", name, source } });
  const response = await fetch(`${url}/api/jobs`, { method: "POST", headers, body });
  if (response.status !== 201) throw new Error(await response.text());
  const { id } = (await response.json()) as JobView;
  await waitFor(`the dataset ${name}`, async () => {
    const job = (await (await fetch(`${url}/api/jobs/${id}`)).json()) as JobView;
    if (job.status === "failed") throw new Error(job.error ?? "the job failed");
    return job.status === "completed";
  });
}

/** Files of functions, "code". */
export const addCodeDataset = async (studio: Studio): Promise<void> =>
  addDataset(studio, "code", { kind: "folder", path: await addCodeFolder(studio.home, 30) });

/** Conversations, "talks", and a model that has a template for them, "test/chat". */
export async function addChatDataset(studio: Studio): Promise<void> {
  await addTinyModel(studio.home, "test/chat");
  const config = join(studio.home, "models", "test/chat", "tokenizer_config.json");
  const chat_template =
    "{% for m in messages %}{{ '<' + m.role + '>\n' + m.content + eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<assistant>\n' }}{% endif %}";
  await writeFile(config, JSON.stringify({ ...JSON.parse(await readFile(config, "utf8")), chat_template }));
  const path = join(studio.home, "talks.jsonl");
  const rows = Array.from({ length: 20 }, (_, i) => ({
    messages: [
      { role: "user", content: `Write a function that adds ${i}, please.` },
      { role: "assistant", content: `const add${i} = (n) => n + ${i};` },
    ],
  }));
  await writeFile(path, rows.map((row) => JSON.stringify(row)).join("\n"));
  await addDataset(studio, "talks", { kind: "jsonl", path });
}
