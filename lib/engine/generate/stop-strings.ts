/** @file Cuts a text before the first stop string, however the text is cut into pieces. */

export class StopStrings {
  private held = "";
  isFound = false;

  constructor(private readonly stops: readonly string[]) {}

  /** The text that belongs to no stop string for certain; after one was found, none. */
  push(piece: string): string {
    if (this.isFound) return "";
    const text = this.held + piece;
    const at = Math.min(...this.stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0));
    if (Number.isFinite(at)) {
      this.isFound = true;
      this.held = "";
      return text.slice(0, at);
    }
    const end = text.length - this.longestBeginning(text);
    this.held = text.slice(end);
    return text.slice(0, end);
  }

  /** The beginning of a stop string that never came. */
  end(): string {
    const rest = this.held;
    this.held = "";
    return rest;
  }

  /** How much of the text's end is the beginning of a stop string. */
  private longestBeginning(text: string): number {
    let longest = 0;
    for (const stop of this.stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > longest; length--)
        if (text.endsWith(stop.slice(0, length))) longest = length;
    }
    return longest;
  }
}
