export const MINIMUM_NODE = "20.9.0";

/** Compares dotted versions number by number. */
export function isNodeNewEnough(version, minimum = MINIMUM_NODE) {
  const have = version.split(".").map(Number);
  const need = minimum.split(".").map(Number);
  for (let i = 0; i < need.length; i++) {
    if (have[i] !== need[i]) return have[i] > need[i];
  }
  return true;
}
