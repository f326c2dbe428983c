/** @file Names of the tensors in `adapter_model.safetensors`, as PEFT ≥ 0.14 writes them. */

const PREFIX = "base_model.model.";
const SUFFIXES = { A: ".lora_A.weight", B: ".lora_B.weight", magnitude: ".lora_magnitude_vector" } as const;

/** lora_A [rank, in], lora_B [out, rank], and DoRA's lengths of the weight's rows [out]. */
export type AdapterPart = keyof typeof SUFFIXES;

export const adapterTensorName = (module: string, part: AdapterPart): string => PREFIX + module + SUFFIXES[part];

/** "base_model.model.model.layers.0.mlp.up_proj.lora_A.weight" → module and part; null for any other name. */
export function parseAdapterTensorName(name: string): { module: string; part: AdapterPart } | null {
  if (!name.startsWith(PREFIX)) return null;
  for (const part of Object.keys(SUFFIXES) as AdapterPart[]) {
    const suffix = SUFFIXES[part];
    if (name.endsWith(suffix) && name.length > PREFIX.length + suffix.length)
      return { module: name.slice(PREFIX.length, -suffix.length), part };
  }
  return null;
}

/** A weight that is trained whole: "model.norm.weight" → "base_model.model.model.norm.weight". */
export const savedWeightName = (weight: string): string => PREFIX + weight;

/** The weight behind such a name; null for tensors of adapters and for names that are not PEFT's. */
export const parseSavedWeightName = (name: string): string | null =>
  name.startsWith(PREFIX) && parseAdapterTensorName(name) === null && /\.(weight|bias)$/.test(name)
    ? name.slice(PREFIX.length)
    : null;
