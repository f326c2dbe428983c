/** @file How attention divides its values among heads. */
interface Division {
  hidden: number;
  heads: number;
  /** Where it is not said, as many as query heads. */
  keyValueHeads?: number | null | undefined;
  /** Where it is not said, the hidden values are divided among the heads. */
  headSize?: number | null | undefined;
}

/** @throws Error with the reason where something does not divide evenly */
export function headShape({ hidden, heads, ...given }: Division) {
  const keyValueHeads = given.keyValueHeads ?? heads;
  if (heads % keyValueHeads !== 0)
    throw new Error(`${heads} attention heads cannot share ${keyValueHeads} key heads evenly`);
  if (!given.headSize && hidden % heads !== 0)
    throw new Error(`${hidden} values cannot be divided among ${heads} attention heads evenly`);
  return { heads, keyValueHeads, headSize: given.headSize ?? hidden / heads };
}
