/** @file A single token's bytes as text for people. */

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are no UTF-8 of their own are shown as `<0xE2>`. */
export function showBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    let text = "";
    for (let at = 0; at < bytes.length; ) {
      const lead = bytes[at] as number;
      const length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
      const char = findChar(bytes.subarray(at, at + length));
      text += char ?? `<0x${lead.toString(16).toUpperCase().padStart(2, "0")}>`;
      at += char === null ? 1 : length;
    }
    return text;
  }
}

function findChar(bytes: Uint8Array): string | null {
  try {
    return strict.decode(bytes);
  } catch {
    return null;
  }
}

/** `tokenText` over a table of bytes; an id without bytes is shown as `<id 5000>`. */
export function createTokenText(bytesOf: (id: number) => Uint8Array | null): (id: number) => string {
  return (id) => {
    const bytes = bytesOf(id);
    return bytes === null ? `<id ${id}>` : showBytes(bytes);
  };
}
