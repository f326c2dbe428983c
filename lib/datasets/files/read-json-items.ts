/** @file The items of a JSON array, one at a time: of the file itself, or of the one array in its object. */
import { AppError } from "@/lib/errors";

/** One item is parsed in one go. */
const MAX_ITEM_CHARS = 8_000_000;
const MAX_DEPTH = 512;

/**
 * Cuts the text at the commas of the outermost array and lets JSON.parse judge what is between them. In an object the
 * first array of its own is taken (`{"data": […]}`). Errors: `invalid_input` naming the item.
 */
export async function* readJsonItems(text: AsyncIterable<string>, origin: string): AsyncGenerator<unknown> {
  let depth = 0;
  /** Depth inside the array whose items are read; 0 before it is found. */
  let inside = 0;
  let inString = false;
  let isEscaped = false;
  let item = "";
  let number = 0;
  let isOver = false;
  const broken = (what: string) => new AppError("invalid_input", `${origin} is no JSON that can be read: ${what}.`);
  const take = (): unknown => {
    const source = item.trim();
    item = "";
    number++;
    try {
      return JSON.parse(source);
    } catch (cause) {
      throw new AppError(
        "invalid_input",
        `${origin}: item ${number} is no JSON: correct it, or write one object a line (JSONL).`,
        { cause },
      );
    }
  };
  for await (const chunk of text) {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const code = chunk.charCodeAt(i);
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (code === 92) isEscaped = true;
        else if (code === 34) inString = false;
        continue;
      }
      if (code === 34) inString = true;
      else if (code === 91 || code === 123) {
        depth++;
        if (depth > MAX_DEPTH) throw broken(`it is nested more than ${MAX_DEPTH} deep`);
        if (inside === 0 && !isOver && code === 91 && depth <= 2) {
          inside = depth;
          start = i + 1;
          item = "";
        }
      } else if (code === 93 || code === 125) {
        if (inside !== 0 && depth === inside) {
          item += chunk.slice(start, i);
          if (item.trim() !== "") yield take();
          inside = 0;
          isOver = true;
        }
        depth--;
      } else if (code === 44 && inside !== 0 && depth === inside) {
        item += chunk.slice(start, i);
        start = i + 1;
        yield take();
      }
    }
    if (inside !== 0) {
      item += chunk.slice(start);
      if (item.length > MAX_ITEM_CHARS)
        throw broken(`item ${number + 1} has more than ${MAX_ITEM_CHARS / 1e6} million characters`);
    }
  }
  if (inside !== 0) throw broken("it ends in the middle of its list");
  if (!isOver) throw broken("it holds no list of objects");
}
