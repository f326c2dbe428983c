/** Rows of the embedding matrix [vocabulary, hidden] for each token: [tokens, hidden], written to `into`. */
export function embedRows(
  embedding: Float32Array,
  tokens: Int32Array,
  hidden: number,
  into: Float32Array,
): Float32Array {
  for (let i = 0; i < tokens.length; i++) {
    const start = (tokens[i] as number) * hidden;
    into.set(embedding.subarray(start, start + hidden), i * hidden);
  }
  return into;
}
