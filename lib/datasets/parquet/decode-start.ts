/**
 * @file The first values of a page whose whole would be too much to read for a look. Writers that count rows and not
 * bytes make pages of a thousand files of code; the first ten of them are in the first few hundred kilobytes, since
 * text lies in a page one after the other and every codec here gives what it has from the start on.
 */
import { constants, gunzipSync } from "node:zlib";
import { Decompress } from "fzstd";
import { snappyUncompress } from "hyparquet";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { getMaxDefinitionLevel, isFlatColumn } from "hyparquet/src/schema.js";
import type { ColumnDecoder, PageHeader } from "hyparquet/src/types.js";
import { requireRuns } from "./decode-page";

const CODECS = ["UNCOMPRESSED", "SNAPPY", "ZSTD", "GZIP"];
const MAX_UNPACKED_BYTES = 64_000_000;
/** No byte of UTF-8 has this value, so it marks what a decoder has not written. */
const UNWRITTEN = 0xff;

/** Columns of text, and pages that have it one value after the other. */
export function canDecodeStart(
  header: PageHeader,
  { element, schemaPath, codec, type }: Omit<ColumnDecoder, "compressors">,
): boolean {
  const isText =
    type === "BYTE_ARRAY" && (element.converted_type === "UTF8" || element.logical_type?.type === "STRING");
  const encoding = header.data_page_header?.encoding ?? header.data_page_header_v2?.encoding ?? "PLAIN";
  return isText && encoding === "PLAIN" && isFlatColumn(schemaPath) && CODECS.includes(codec);
}

/** Values of a data page in order, null where there is none; or of a dictionary. `packed`: the page's first bytes. */
export function decodeStart(
  packed: Uint8Array,
  header: PageHeader,
  decoder: Omit<ColumnDecoder, "compressors">,
): (string | null)[] {
  const { codec, schemaPath } = decoder;
  const unpackedBytes = header.uncompressed_page_size;
  if (header.type === "DICTIONARY_PAGE") return textsOf(unpackStart(packed, codec, unpackedBytes), 0);
  const level = getMaxDefinitionLevel(schemaPath);
  const v2 = header.data_page_header_v2;
  const count = v2?.num_values ?? header.data_page_header?.num_values ?? 0;
  const levelBytes = v2?.definition_levels_byte_length ?? 0;
  const isPacked = v2 === undefined || v2.is_compressed !== false;
  const bytes = v2 === undefined ? unpackStart(packed, codec, unpackedBytes) : packed;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = v2 === undefined && level > 0 ? 4 : 0;
  const length = v2 === undefined && level > 0 ? view.getUint32(0, true) : levelBytes;
  const isThere: number[] = new Array(level > 0 ? count : 0);
  if (level > 0) {
    requireRuns(view, start, start + length, 32 - Math.clz32(level), count);
    readRleBitPackedHybrid({ view, offset: start }, 32 - Math.clz32(level), isThere, length);
  }
  const texts =
    v2 === undefined
      ? textsOf(bytes, start + length)
      : textsOf(
          isPacked ? unpackStart(packed.subarray(length), codec, unpackedBytes - length) : packed.subarray(length),
          0,
        );
  const rows: (string | null)[] = [];
  let next = 0;
  for (let row = 0; row < count; row++) {
    if (level > 0 && isThere[row] !== level) rows.push(null);
    else if (next < texts.length) rows.push(texts[next++] ?? null);
    else break;
  }
  return rows;
}

function unpackStart(packed: Uint8Array, codec: ColumnDecoder["codec"], unpackedBytes: number): Uint8Array {
  if (codec === "UNCOMPRESSED") return packed;
  // Stops at the end of a file that is none, which is what was wanted.
  if (codec === "GZIP")
    return gunzipSync(packed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_UNPACKED_BYTES });
  if (codec === "ZSTD") {
    const pieces: Uint8Array[] = [];
    new Decompress((piece) => pieces.push(piece)).push(packed);
    return Buffer.concat(pieces);
  }
  const unpacked = new Uint8Array(Math.min(unpackedBytes, MAX_UNPACKED_BYTES)).fill(UNWRITTEN);
  try {
    snappyUncompress(packed, unpacked);
  } catch {
    // The input is cut off by us; what it gave so far is good.
  }
  let end = unpacked.length;
  while (end > 0 && unpacked[end - 1] === UNWRITTEN) end--;
  return unpacked.subarray(0, end);
}

const decoder = new TextDecoder();

/** Texts that are whole: four bytes of length, then the text. */
function textsOf(bytes: Uint8Array, start: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let at = start; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint32(at, true);
    if (end > bytes.length) break;
    texts.push(decoder.decode(bytes.subarray(at + 4, end)));
    at = end;
  }
  return texts;
}
