/** @file A linear layer with frozen 8-bit weights: what it is fed, and how it is made from the checkpoint's weight. */
import type { GraphBuilder } from "../graph/graph-builder";
import type { Value } from "../graph/ops";
import type { LinearSpec } from "../models/architecture";
import { quantizeColumns, quantizeTransposed } from "./quantize-matrix";

/** Feed names of a linear layer's codes and scales; "T" is the transpose that the backward pass multiplies with. */
const names = (module: string) => ({
  codes: `${module}.codes`,
  scales: `${module}.scales`,
  codesT: `${module}.codes_T`,
  scalesT: `${module}.scales_T`,
});

/** Codes of Wᵀ [in, out] scaled per output, and of W [out, in] scaled per input: 2 bytes for each weight. */
export function quantizeLinear(
  { module, inFeatures, outFeatures, layout }: LinearSpec,
  weight: Float32Array,
): Record<string, Float32Array | Int8Array> {
  const { codes, scales, codesT, scalesT } = names(module);
  const isTransposed = layout === "in_out";
  const rows = isTransposed ? inFeatures : outFeatures;
  const columns = isTransposed ? outFeatures : inFeatures;
  const asStored = quantizeColumns(weight, rows, columns);
  const turned = quantizeTransposed(weight, rows, columns);
  const [forward, backward] = isTransposed ? [asStored, turned] : [turned, asStored];
  return {
    [codes]: forward.codes,
    [scales]: forward.scales,
    [codesT]: backward.codes,
    [scalesT]: backward.scales,
  };
}

/** x [rows, in] → x Wᵀ [rows, out], without bias. */
export function quantizedLinear(b: GraphBuilder, { module, inFeatures, outFeatures }: LinearSpec): (x: Value) => Value {
  const { codes, scales, codesT, scalesT } = names(module);
  const weights = [
    b.input(codes, [inFeatures, outFeatures], "int8"),
    b.input(scales, [outFeatures]),
    b.input(codesT, [outFeatures, inFeatures], "int8"),
    b.input(scalesT, [inFeatures]),
  ];
  return (x) => b.op("QuantizedMatMul", [x, ...weights], {});
}
