/**
 * @file One page of a column, decoded by hyparquet after a check of its runs. Run lengths come from the file, and a
 * decoder that believes them can be kept busy, or filled, by a few damaged bytes. Source: the Parquet format's
 * "Data Pages" and "RLE/Bit-Packing Hybrid".
 */
import type { DecodedArray } from "hyparquet";
import { readPage } from "hyparquet/src/column.js";
import { convert } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import type { ColumnDecoder, PageHeader } from "hyparquet/src/types.js";
import { compressors } from "hyparquet-compressors";

/** Writers fill up a last run of packed values. */
const PADDING_VALUES = 512;
/** hyparquet's own, which checks its bounds; the one made of WebAssembly does not end on every damaged page. */
const COMPRESSORS = { ...compressors, SNAPPY: undefined } as NonNullable<ColumnDecoder["compressors"]>;

export interface PageContext {
  decoder: Omit<ColumnDecoder, "compressors">;
  dictionary: DecodedArray | undefined;
  /** The rows that a list column's page may go on with; returned then. */
  before: DecodedArray | undefined;
}

/** Values of a data page, or of a dictionary. Throws when the page is damaged. */
export function decodePage(packed: Uint8Array, header: PageHeader, context: PageContext): DecodedArray {
  const decoder: ColumnDecoder = { ...context.decoder, codec: "UNCOMPRESSED" };
  const bytes = unpack(packed, header, context.decoder.codec);
  if (header.type !== "DICTIONARY_PAGE") requireBoundedRuns(bytes, header, decoder);
  const plain: PageHeader = { ...header, compressed_page_size: bytes.length, uncompressed_page_size: bytes.length };
  if (header.data_page_header_v2) plain.data_page_header_v2 = { ...header.data_page_header_v2, is_compressed: false };
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  const { data = [] } = readPage(reader, plain, decoder, context.dictionary, context.before, 0);
  return header.type === "DICTIONARY_PAGE" ? convert(data, decoder) : data;
}

function unpack(packed: Uint8Array, header: PageHeader, codec: ColumnDecoder["codec"]): Uint8Array {
  const v2 = header.data_page_header_v2;
  if (v2 === undefined) return decompressPage(packed, header.uncompressed_page_size, codec, COMPRESSORS);
  // Levels come first, never compressed.
  const levels = v2.repetition_levels_byte_length + v2.definition_levels_byte_length;
  if (!(v2.repetition_levels_byte_length >= 0 && v2.definition_levels_byte_length >= 0 && levels <= packed.length))
    throw new Error(`levels of ${levels} bytes in a page of ${packed.length}`);
  const values = packed.subarray(levels);
  const unpacked = header.uncompressed_page_size - levels;
  if (v2.is_compressed === false || codec === "UNCOMPRESSED" || unpacked === 0) return packed;
  return Buffer.concat([packed.subarray(0, levels), decompressPage(values, unpacked, codec, COMPRESSORS)]);
}

/** Levels and dictionary indices are runs; together they must be as many as the page has values. */
function requireBoundedRuns(bytes: Uint8Array, header: PageHeader, { schemaPath, type }: ColumnDecoder): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const v1 = header.data_page_header;
  const v2 = header.data_page_header_v2;
  const count = v1?.num_values ?? v2?.num_values ?? 0;
  const lengths = [v2?.repetition_levels_byte_length, v2?.definition_levels_byte_length];
  let at = 0;
  for (const [index, level] of [getMaxRepetitionLevel(schemaPath), getMaxDefinitionLevel(schemaPath)].entries()) {
    let length = lengths[index];
    if (length === undefined && level > 0) {
      length = view.getUint32(at, true);
      at += 4;
    }
    if (level > 0) requireRuns(view, at, at + (length ?? 0), 32 - Math.clz32(level), count);
    at += length ?? 0;
  }
  const encoding = v1?.encoding ?? v2?.encoding;
  if (type === "BOOLEAN" ? encoding !== "RLE" : encoding !== "PLAIN_DICTIONARY" && encoding !== "RLE_DICTIONARY")
    return;
  const values = count - (v2?.num_nulls ?? 0);
  if (values <= 0) return;
  const width = type === "BOOLEAN" ? 1 : view.getUint8(at);
  if (width > 32) throw new Error(`indices of ${width} bits`);
  // In the first version nulls are not counted in the header, so there may be fewer values than `count`.
  if (width > 0) requireRuns(view, at + (type === "BOOLEAN" ? 4 : 1), bytes.length, width, values);
}

/** Throws when runs in `start` to `end` say more than `count` values. */
export function requireRuns(view: DataView, start: number, end: number, width: number, count: number): void {
  if (end > view.byteLength) throw new Error("runs leave their page");
  let at = start;
  for (let seen = 0; seen < count && at < end; ) {
    let head = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= end || shift > 28) throw new Error("a run without a length");
      const byte = view.getUint8(at++);
      head |= (byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    const isPacked = (head & 1) === 1;
    const values = isPacked ? (head >>> 1) * 8 : head >>> 1;
    if (values > count - seen + PADDING_VALUES)
      throw new Error(`a run of ${values} values where ${count - seen} are left`);
    at += isPacked ? (head >>> 1) * width : (width + 7) >> 3;
    seen += values;
  }
}
