/**
 * @file The byte alphabet of GPT-2 and everything after it: every byte has one printable character, so that a vocabulary
 * of bytes can be written as JSON strings. Printable Latin-1 stands for itself, the other 68 bytes take U+0100 and up.
 */

function buildByteChars(): string[] {
  const chars: string[] = [];
  let next = 256;
  for (let byte = 0; byte < 256; byte++) {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    chars.push(String.fromCharCode(isPrintable ? byte : next++));
  }
  return chars;
}

/** Character of each byte. */
export const BYTE_CHARS: readonly string[] = buildByteChars();

const BYTE_OF_CHAR = new Map(BYTE_CHARS.map((char, byte) => [char, byte]));

/** The bytes that a vocabulary string stands for, or null when it is not written in the byte alphabet. */
export function findBytesOf(token: string): Uint8Array | null {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHAR.get(token.charAt(i));
    if (byte === undefined) return null;
    bytes[i] = byte;
  }
  return bytes;
}
