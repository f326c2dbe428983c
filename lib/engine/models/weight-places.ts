import type { Place } from "../types";
import { type Architecture, expectedWeights } from "./architecture";

/** Where in the model each of its weights acts, by full name. A head that is tied to the embedding is the embedding. */
export function weightPlaces(architecture: Architecture): ReadonlyMap<string, Place> {
  const { shape, embedding, layerWeights, layerName } = architecture;
  const places = new Map<string, Place>();
  for (const name of expectedWeights(architecture).keys()) places.set(name, "head");
  for (let layer = 0; layer < shape.layers; layer++)
    for (const name of layerWeights.keys()) places.set(layerName(layer, name), layer);
  places.set(embedding.tokens, "embedding");
  if (embedding.positions) places.set(embedding.positions.name, "embedding");
  return places;
}
