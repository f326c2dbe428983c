/** @file Several graphs that run one after the other as one graph: one call of the runtime instead of many. */
import onnxProto from "onnx-proto";
import type { Value } from "../graph/ops";
import type { Device } from "../runtime/device";
import type { EncodedModel } from "./encode-model";

const { onnx } = onnxProto;

export interface ChainLink {
  model: EncodedModel;
  /** Equal for links with the same model: they share constants, and the inputs that are said to be shared. */
  key: string;
}

export interface ChainOptions {
  /** The output that becomes the next link's input. */
  output: string;
  input: string;
  /** Inputs that are fed once for all links of a key. */
  shared: readonly string[];
}

/** The name of a link's input or output in the chain, if it is not shared. @param place from 0 */
export const chainedName = (place: number, name: string): string => `${place}.${name}`;
/** The name of a shared input. */
export const sharedName = (key: string, name: string): string => `${key}/${name}`;

/** Inputs: `input` of the first link, and all others by the two functions above. Outputs: all by `chainedName`. */
export function chainModels(links: readonly ChainLink[], options: ChainOptions): EncodedModel {
  const inputs = new Map<string, Value>();
  const outputs: Record<string, Value> = {};
  for (const [place, link] of links.entries()) {
    const rename = renaming(place, link, options);
    for (const [name, value] of link.model.inputs)
      if (place === 0 || name !== options.input) inputs.set(rename(name), value);
    for (const [name, value] of Object.entries(link.model.outputs)) outputs[rename(name)] = value;
  }
  return { inputs, outputs, bytesFor: (device) => chain(links, options, device) };
}

/** @param constants what all links of a key share besides */
function renaming(
  place: number,
  { key, model }: ChainLink,
  { output, input, shared }: ChainOptions,
  constants: ReadonlySet<string> = new Set(),
): (name: string) => string {
  return (name) => {
    // An operator's optional input that is left out.
    if (name === "") return name;
    if (name === input) return place === 0 ? name : chainedName(place - 1, output);
    const isShared = constants.has(name) || (shared.includes(name) && model.inputs.has(name));
    return isShared ? sharedName(key, name) : chainedName(place, name);
  };
}

function chain(links: readonly ChainLink[], options: ChainOptions, device: Device): Uint8Array {
  const models = new Map(links.map(({ key, model }) => [key, onnx.ModelProto.decode(model.bytesFor(device))]));
  const initializers = new Map<string, object>();
  const inputs = new Map<string, object>();
  const outputs: object[] = [];
  const nodes: object[] = [];
  for (const [place, link] of links.entries()) {
    const { node, initializer, input, output } = models.get(link.key)?.graph ?? {};
    const constants = new Set((initializer ?? []).map(({ name }) => name ?? ""));
    const rename = renaming(place, link, options, constants);
    const renamed = <Named extends { name?: string | null }>(each: Named) => ({
      ...each,
      name: rename(each.name ?? ""),
    });
    for (const each of (initializer ?? []).map(renamed)) initializers.set(each.name, each);
    for (const each of node ?? [])
      nodes.push({ ...each, input: (each.input ?? []).map(rename), output: (each.output ?? []).map(rename) });
    for (const each of input ?? [])
      if (place === 0 || each.name !== options.input) inputs.set(rename(each.name ?? ""), renamed(each));
    outputs.push(...(output ?? []).map(renamed));
  }
  const graph = {
    name: "chain",
    node: nodes,
    initializer: [...initializers.values()],
    input: [...inputs.values()],
    output: outputs,
  };
  const { irVersion, producerName, opsetImport } = models.get(links[0]?.key ?? "") ?? {};
  return onnx.ModelProto.encode(onnx.ModelProto.create({ irVersion, producerName, opsetImport, graph })).finish();
}
