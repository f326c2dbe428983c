/** @file The first rows of a Parquet file of 1 GB on a Hub, from asking to having them: a loopback Hub, so without a line's delay. */
import { join } from "node:path";
import { openHub } from "@/lib/hub/open-hub";
import { findLayout } from "@/lib/hub/rows/find-layout";
import { findSplit } from "@/lib/hub/rows/find-split";
import { openSplit } from "@/lib/hub/rows/open-split";
import { previewRows } from "@/lib/hub/rows/preview-rows";
import { repeatRowGroup } from "../../tests/hub/big-parquet";
import { startHubServer } from "../../tests/hub/hub-server";
import type { Figures } from "./run-program";

const BYTES = 1_000_000_000;
const REPO = "bench/big";
const READ_ROWS = 50_000;

/** Server and reader share one process here, so both are in the seconds. */
export async function measureHub(folder: string): Promise<Figures> {
  const server = await startHubServer();
  try {
    const big = repeatRowGroup(BYTES);
    server.addRepo({ type: "dataset", id: REPO }, { "README.md": "# Big", "train.parquet": big.content });
    const hub = openHub({
      endpoint: server.endpoint,
      token: null,
      tokenPath: "",
      isOffline: false,
      cacheDir: join(folder, "hub"),
    });
    const look = async () => {
      const started = performance.now();
      const layout = await findLayout(hub, { repo: REPO, revision: "main" });
      const page = await previewRows(hub, layout, findSplit(layout, {}), 10);
      if (page.rows.length !== 10) throw new Error(`${page.rows.length} rows came`);
      return { seconds: (performance.now() - started) / 1000, page };
    };
    const first = await look();
    const second = await look();
    const started = performance.now();
    const { rows } = await openSplit(
      hub,
      { repo: REPO, revision: "main", config: "default", split: "train" },
      { columns: ["content"] },
    );
    let read = 0;
    let bytes = 0;
    for await (const row of rows) {
      bytes += Buffer.byteLength(String(row["content"]));
      if (++read === READ_ROWS) break;
    }
    const seconds = (performance.now() - started) / 1000;
    return {
      fileBytes: big.content.size,
      secondsToFirstRows: first.seconds,
      secondsToFirstRowsAgain: second.seconds,
      megabytesRead: first.page.readBytes / 1e6,
      requests: first.page.requests,
      streamedMegabytesOfTextPerSecond: bytes / 1e6 / seconds,
      residentMegabytesAfterwards: process.memoryUsage.rss() / 1e6,
    };
  } finally {
    await server.close();
  }
}
