/** @file Tokens to text, piece by piece: a character whose bytes lie in several tokens comes out whole. */

/** A token may end inside a character of up to four bytes; what is missing shows as U+FFFD, one for all bytes or for each. */
const TORN_END = /\uFFFD{1,3}$/;
/** Decoders treat the first token of a text differently (a leading space is dropped), so some are decoded again. */
const CONTEXT_TOKENS = 8;
const MAX_WINDOW_TOKENS = 64;

export class TextStream {
  private window: number[];
  private emitted: number;

  /** @param prompt its end is decoded along, so that the text goes on from it */
  constructor(
    private readonly decode: (ids: number[]) => string,
    prompt: readonly number[],
  ) {
    this.window = prompt.slice(-CONTEXT_TOKENS);
    this.emitted = decode(this.window).length;
  }

  /** The text that is certain now; maybe none. */
  push(id: number): string {
    this.window.push(id);
    const text = this.decode(this.window);
    const certain = text.replace(TORN_END, "");
    const piece = certain.slice(this.emitted);
    this.emitted = Math.max(this.emitted, certain.length);
    if (this.window.length > MAX_WINDOW_TOKENS && certain === text) {
      this.window = this.window.slice(-CONTEXT_TOKENS);
      this.emitted = this.decode(this.window).length;
    }
    return piece;
  }

  /** What was held back. */
  end(): string {
    const text = this.decode(this.window).slice(this.emitted);
    this.emitted += text.length;
    return text;
  }
}
