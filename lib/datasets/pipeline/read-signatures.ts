import { basename } from "node:path";
import { type MinhashSignature, minhashSignature } from "../filters/near-duplicates/minhash";
import { readDocuments } from "../read-documents";

/** Signatures of all documents of other datasets, for finding what is in them already. Errors: those of readDocuments. */
export async function readSignatures(
  datasetDirs: readonly string[],
  signal?: AbortSignal,
): Promise<{ name: string; signature: MinhashSignature }[]> {
  const found: { name: string; signature: MinhashSignature }[] = [];
  for (const folder of datasetDirs) {
    for await (const { name, text } of readDocuments(folder, signal)) {
      const signature = minhashSignature(text);
      if (signature !== null) found.push({ name: `${basename(folder)}/${name}`, signature });
    }
  }
  return found;
}
