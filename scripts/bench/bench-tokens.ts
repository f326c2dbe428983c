/** The tokens of every step, ours and others': no two neighbours alike, none preferred. */
export function benchTokens(blockLength: number, vocabularySize: number): Int32Array {
  return Int32Array.from({ length: blockLength }, (_, i) => (i * 7919 + 13) % vocabularySize);
}
