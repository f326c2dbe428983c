/** The Hub as a person uses it: find a dataset, look at its rows, import it; find a model, download it, train it. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BasicType, parquetWriteBuffer } from "hyparquet-writer";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lfsContent } from "../hub/hub-content";
import { type HubServer, startHubServer } from "../hub/hub-server";
import { findChromium } from "./find-chromium";
import { openStudio, type Studio } from "./open-studio";

const executablePath = findChromium();
let server: HubServer;
let studio: Studio;
let cache: string;

async function fill(hub: HubServer): Promise<void> {
  const strings = (name: string, text: (row: number) => string) => ({
    name,
    data: Array.from({ length: 400 }, (_, row) => text(row)),
    type: "STRING" as BasicType,
  });
  const rows = lfsContent(
    new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          strings("instruction", (row) => `Write a function that adds ${row}.`),
          strings("output", (row) => `def add_${row}(x):\n    return x + ${row}`),
        ],
      }),
    ),
  );
  const facts = { downloads: 1200, likes: 34, tags: ["license:mit", "language:en"] };
  const card = "---\nlicense: mit\n---\n# Python pairs\n\nInstructions with *answers*.\n\n<script>alert(1)</script>";
  hub.addRepo(
    { type: "dataset", id: "lab/python-pairs", facts },
    { "README.md": card, "data/train-00000-of-00001.parquet": rows, "data/test-00000-of-00001.parquet": rows },
  );
  hub.addRepo(
    { type: "dataset", id: "lab/python-closed", gated: "manual", facts: { ...facts, downloads: 3 } },
    { "train.parquet": rows },
  );
  const folder = join(process.cwd(), "models", "tiny-code");
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json"];
  const texts = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name), "utf8")]));
  hub.addRepo(
    { type: "model", id: "lab/tiny-coder", facts: { config: { model_type: "llama" }, tags: ["license:apache-2.0"] } },
    {
      ...Object.fromEntries(texts),
      "model.safetensors": lfsContent(await readFile(join(folder, "model.safetensors"))),
    },
  );
}

describe.skipIf(executablePath === null)("the Hugging Face Hub", () => {
  beforeAll(async () => {
    server = await startHubServer();
    await fill(server);
    cache = await mkdtemp(join(tmpdir(), "codetune-hf-"));
    studio = await openStudio(executablePath as string, { HF_ENDPOINT: server.endpoint, HF_TOKEN: "", HF_HOME: cache });
  });
  afterAll(async () => {
    await studio?.close();
    await server?.close();
    await rm(cache, { recursive: true, force: true });
  });

  it("gives a dataset, from a search to a run's form", async () => {
    const { page, url } = studio;
    await page.goto(`${url}/datasets/new?source=hub`);
    // Before anybody asks, nothing leaves the machine.
    expect(server.seen).toEqual([]);
    await page.getByRole("searchbox").fill("python");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("button", { name: /lab\/python-closed/ }).click();
    await page.getByText("is gated: ask for access on").waitFor();
    await page.getByRole("button", { name: /lab\/python-pairs/ }).click();
    await page.getByRole("heading", { name: "Python pairs" }).waitFor();
    await page.getByRole("cell", { name: "Write a function that adds 3." }).waitFor();
    expect(await page.getByLabel("Each row is").inputValue()).toBe("completion");
    expect(await page.getByLabel("Completion from").inputValue()).toBe("output");
    await page.getByLabel("Revision").fill("v9");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("has no revision v9").waitFor();
    await page.getByLabel("Revision").fill("main");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByLabel("At most so many rows").fill("100");
    await page.getByRole("button", { name: "Import split" }).click();
    await page.waitForURL(/\/datasets\/ds_/);
    await page.getByRole("heading", { name: "python-pairs" }).waitFor();
    await page.getByText("100 documents").first().waitFor();
    expect(studio.complaints).toEqual([]);
  });

  it("gives a model, from a search to the list of those that can be trained", async () => {
    const { page, url } = studio;
    await page.goto(`${url}/models`);
    await page.getByRole("searchbox").fill("coder");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByRole("button", { name: /lab\/tiny-coder/ }).click();
    await page.getByRole("button", { name: "Download", exact: true }).click();
    await page.waitForURL(/\/models$/, { timeout: 60_000 });
    await page.getByRole("cell", { name: "lab/tiny-coder" }).waitFor();
    await page
      .getByRole("row", { name: /lab\/tiny-coder/ })
      .getByRole("link", { name: "Train" })
      .click();
    await page.getByLabel("Model", { exact: true }).waitFor();
    expect(await page.getByLabel("Model", { exact: true }).inputValue()).toBe("lab/tiny-coder");
    expect(studio.complaints).toEqual([]);
  });
});
