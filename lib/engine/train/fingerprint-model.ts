/** @file Tells base models apart, so that a checkpoint is never continued on other weights. */
import { createHash } from "node:crypto";
import { open, readdir } from "node:fs/promises";
import { join } from "node:path";

const SAMPLES = 64;
const SAMPLE_BYTES = 4096;

/** sha256 over the configuration, and over names, sizes and evenly spread samples of all safetensors files. */
export async function fingerprintModel(modelDir: string): Promise<string> {
  const hash = createHash("sha256");
  const names = (await readdir(modelDir)).filter((name) => name === "config.json" || name.endsWith(".safetensors"));
  for (const name of names.toSorted()) {
    const handle = await open(join(modelDir, name), "r");
    try {
      const { size } = await handle.stat();
      hash.update(`${name}\0${size}\0`);
      const buffer = new Uint8Array(SAMPLE_BYTES);
      const samples = Math.min(SAMPLES, Math.ceil(size / SAMPLE_BYTES));
      for (let i = 0; i < samples; i++) {
        const position = samples === SAMPLES ? Math.floor((i * size) / SAMPLES) : i * SAMPLE_BYTES;
        const { bytesRead } = await handle.read(buffer, 0, SAMPLE_BYTES, position);
        hash.update(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  }
  return hash.digest("hex");
}
