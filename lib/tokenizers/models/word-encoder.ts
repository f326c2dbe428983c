/** A model's part of encoding: ids of one word. The array may be kept by the encoder and must not be changed. */
export type WordEncoder = (word: string) => readonly number[];
