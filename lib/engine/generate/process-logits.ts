/** @file What is done to logits before a token is drawn, each step in place and as transformers computes it. */

/**
 * Keskar et al. 2019 (CTRL), §4.1: positive scores are divided by the penalty, negative ones multiplied. A token counts
 * once however often it was there.
 */
export function penalizeRepetition(logits: Float32Array, seen: ReadonlySet<number>, penalty: number): void {
  if (penalty === 1) return;
  for (const id of seen) {
    const score = logits[id];
    if (score !== undefined) logits[id] = score < 0 ? score * penalty : score / penalty;
  }
}

/** @param temperature above 0 */
export function applyTemperature(logits: Float32Array, temperature: number): void {
  if (temperature === 1) return;
  for (let i = 0; i < logits.length; i++) logits[i] = (logits[i] as number) / temperature;
}

/** Scores below the k-th highest become -∞; those that equal it stay, so there may be more than k. */
export function keepTopK(logits: Float32Array, k: number): void {
  if (k === 0 || k >= logits.length) return;
  const threshold = kthHighest(logits, k);
  for (let i = 0; i < logits.length; i++) if ((logits[i] as number) < threshold) logits[i] = Number.NEGATIVE_INFINITY;
}

/** By a heap of the k highest with the lowest of them on top: most scores cost one comparison. */
function kthHighest(scores: Float32Array, k: number): number {
  const heap = scores.slice(0, k).sort();
  for (let i = k; i < scores.length; i++) {
    const score = scores[i] as number;
    if (score <= (heap[0] as number)) continue;
    let at = 0;
    for (let child = 1; child < k; child = 2 * at + 1) {
      if (child + 1 < k && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= score) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = score;
  }
  return heap[0] as number;
}

/**
 * Nucleus sampling (Holtzman et al. 2020): from the least likely token up, scores become -∞ while the probability summed
 * so far is at most 1 - p. At least one token stays.
 */
export function keepTopP(logits: Float32Array, p: number): void {
  if (p >= 1) return;
  const probabilities = softmax(logits);
  const rest = 1 - p;
  // Tokens each below rest / vocabulary are together below `rest`: they go unsorted, which spares most of the sorting.
  const unlikely = rest / logits.length;
  let sum = 0;
  const candidates: number[] = [];
  for (let i = 0; i < probabilities.length; i++) {
    const probability = probabilities[i] as number;
    if (probability >= unlikely) candidates.push(i);
    else {
      sum += probability;
      logits[i] = Number.NEGATIVE_INFINITY;
    }
  }
  candidates.sort((a, b) => (probabilities[a] as number) - (probabilities[b] as number));
  for (const id of candidates.slice(0, -1)) {
    sum += probabilities[id] as number;
    if (sum > rest) break;
    logits[id] = Number.NEGATIVE_INFINITY;
  }
}

/** Probabilities of all tokens; -∞ gives 0. */
export function softmax(logits: Float32Array): Float64Array {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) highest = Math.max(highest, logits[i] as number);
  const probabilities = new Float64Array(logits.length);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) {
    const weight = Math.exp((logits[i] as number) - highest);
    probabilities[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < probabilities.length; i++) probabilities[i] = (probabilities[i] as number) / sum;
  return probabilities;
}
