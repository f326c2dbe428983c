/**
 * @file One column of one row group, page after page. Row groups can have gigabytes, and most files have no index of
 * their pages, so pages are found by their headers: the first rows cost the first pages, and all rows cost one page of
 * memory at a time. Source: the Parquet format's description (pages, levels), which hyparquet decodes.
 */
import type { DecodedArray, SchemaTree } from "hyparquet";
import { parquetHeader } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import type { PageHeader } from "hyparquet/src/types.js";
import { AppError } from "@/lib/errors";
import { damaged } from "./damaged";
import { decodePage } from "./decode-page";
import { canDecodeStart, decodeStart } from "./decode-start";
import type { RandomAccess } from "./random-access";

/** Of one page, packed or not; writers aim at 1 MB. */
const MAX_PAGE_BYTES = 512_000_000;
const MAX_PAGE_VALUES = 16_000_000;
/** Headers hold statistics, which hold values. */
const MAX_HEADER_BYTES = 16_000_000;
const MAX_BLOCK_BYTES = 4_000_000;

type ColumnMetaData = NonNullable<import("hyparquet").ColumnChunk["meta_data"]>;

/** The column needs more bytes than the caller allowed. */
export class ColumnTooLarge extends AppError {
  readonly column: string;

  constructor(column: string, message: string) {
    super("limit_exceeded", message);
    this.column = column;
  }
}

export interface ColumnReaderOptions {
  /** How much is read at first; doubled with every further part. */
  firstBlockBytes: number;
  /** Bytes that may be read of this column; ColumnTooLarge beyond. */
  maxBytes?: number | undefined;
  /** Of a larger page of text only so much is read, for its first rows; ColumnTooLarge where more rows are asked for. */
  pageStartBytes?: number | undefined;
}

export class ColumnReader {
  readonly path: string[];
  private readonly isFlat: boolean;
  private readonly decoder;
  private readonly end: number;
  /** Where `block` begins in the file. */
  private blockStart: number;
  private block: Uint8Array = new Uint8Array(0);
  /** In the file: the next page's header. */
  private position: number;
  private blockBytes: number;
  private readBytes = 0;
  private valuesLeft: number;
  private dictionary: DecodedArray | undefined;
  private rows: unknown[] = [];
  private taken = 0;
  /** The last row of a list column: its next page can go on with it. */
  private open: unknown[] | null = null;
  /** Only the first values of the dictionary are here. */
  private isDictionaryCut = false;
  /** Only the first rows of a page are here, so there are no more. */
  private isCut = false;

  constructor(
    private readonly file: RandomAccess,
    schema: SchemaTree,
    meta: ColumnMetaData,
    private readonly options: ColumnReaderOptions,
  ) {
    this.path = meta.path_in_schema;
    const schemaPath = getTreePath(schema, meta.path_in_schema);
    const element = schemaPath.at(-1)?.element;
    if (element === undefined) throw damaged(file.name, "a column is not in its schema");
    this.isFlat = isFlatColumn(schemaPath);
    this.decoder = {
      pathInSchema: meta.path_in_schema,
      type: meta.type,
      codec: meta.codec,
      element,
      schemaPath,
      parsers: DEFAULT_PARSERS,
    };
    this.position = Number(meta.dictionary_page_offset || meta.data_page_offset);
    this.end = this.position + Number(meta.total_compressed_size);
    this.blockStart = this.position;
    this.blockBytes = options.firstBlockBytes;
    this.valuesLeft = Number(meta.num_values);
  }

  /** Rows that can be taken. */
  get available(): number {
    return this.rows.length - this.taken;
  }

  /** Reads pages until there is a row to take. Throws when the column ends before. */
  async fill(): Promise<void> {
    while (this.available === 0) {
      if (this.isCut) throw this.tooLarge();
      if (this.valuesLeft <= 0) {
        if (this.open === null) throw damaged(this.file.name, `the column ${this.path.join(".")} has too few rows`);
        this.rows.push(...this.open);
        this.open = null;
        return;
      }
      await this.readNextPage();
    }
  }

  take(count: number): unknown[] {
    const part = this.rows.slice(this.taken, this.taken + count);
    this.taken += count;
    if (this.taken >= this.rows.length) {
      this.rows = [];
      this.taken = 0;
    }
    return part;
  }

  private async readNextPage(): Promise<void> {
    const header = await this.readHeader();
    const { compressed_page_size: packed, uncompressed_page_size: unpacked } = header;
    const values = header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0;
    if (!(packed >= 0 && packed <= this.end - this.position && unpacked >= 0))
      throw this.broken("a page leaves its column");
    if (packed > MAX_PAGE_BYTES || unpacked > MAX_PAGE_BYTES || values > MAX_PAGE_VALUES)
      throw this.broken(`a page has ${unpacked} bytes and ${values} values, more than are read here`);
    const startBytes = this.options.pageStartBytes ?? Number.POSITIVE_INFINITY;
    if (packed > startBytes && canDecodeStart(header, this.decoder)) {
      await this.readStart(header, startBytes);
      this.position += packed;
      return;
    }
    const page = await this.peek(packed);
    this.position += packed;
    try {
      const context = { decoder: this.decoder, dictionary: this.dictionary, before: this.open ?? undefined };
      if (header.type === "DICTIONARY_PAGE") {
        this.dictionary = decodePage(page.subarray(0, packed), header, context);
      } else if (header.type === "DATA_PAGE" || header.type === "DATA_PAGE_V2") {
        const data = decodePage(page.subarray(0, packed), header, context);
        this.valuesLeft -= values;
        if (values <= 0) throw new Error("a page without values");
        this.add(this.isDictionaryCut ? this.known(data) : data);
      }
    } catch (error) {
      throw this.broken("a page can't be decoded", error);
    }
  }

  private async readStart(header: PageHeader, bytes: number): Promise<void> {
    const start = (await this.peek(bytes)).subarray(0, bytes);
    try {
      const values = decodeStart(start, header, this.decoder);
      if (header.type === "DICTIONARY_PAGE") {
        this.dictionary = values;
        this.isDictionaryCut = true;
      } else {
        this.rows = this.rows.slice(this.taken).concat(values);
        this.taken = 0;
        this.isCut = true;
      }
    } catch (error) {
      throw this.broken("a page can't be decoded", error);
    }
  }

  /** The rows up to the first whose value is in the part of the dictionary that was not read. */
  private known(data: DecodedArray): DecodedArray {
    const all = Array.from(data as unknown[]);
    const end = all.indexOf(undefined);
    this.isCut = end >= 0;
    return end < 0 ? all : all.slice(0, end);
  }

  private tooLarge(): ColumnTooLarge {
    const column = this.path[0] ?? "";
    return new ColumnTooLarge(
      column,
      `The column ${column} of ${this.file.name} has pages too large to look at its first rows.`,
    );
  }

  private add(data: DecodedArray): void {
    if (this.isFlat) {
      this.rows = this.available === 0 ? Array.from(data) : [...this.rows, ...data];
      return;
    }
    // Not the same array: the row before was whole.
    if (this.open !== null && this.open !== data) this.rows.push(...this.open);
    const all = Array.from(data as unknown[]);
    const last = all.pop();
    for (const row of all) this.rows.push(row);
    this.open = [last];
  }

  private async readHeader() {
    for (let wanted = 256; ; wanted *= 4) {
      const bytes = await this.peek(Math.min(wanted, this.end - this.position));
      try {
        const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
        const header = parquetHeader(reader);
        this.position += reader.offset;
        return header;
      } catch (error) {
        if (wanted >= MAX_HEADER_BYTES || wanted >= this.end - this.position)
          throw this.broken("a page's header can't be read", error);
      }
    }
  }

  /** At least `bytes` from the position on, all that is here of them. */
  private async peek(bytes: number): Promise<Uint8Array> {
    if (this.position > this.blockStart + this.block.length) {
      // Past what was read: the rest of a page that was left out.
      this.block = new Uint8Array(0);
      this.blockStart = this.position;
    }
    const from = this.position - this.blockStart;
    const missing = from + bytes - this.block.length;
    if (missing > 0) {
      const start = this.blockStart + this.block.length;
      const end = Math.min(this.end, start + Math.max(missing, this.blockBytes));
      if (end - start < missing) throw this.broken("a column ends before its pages do");
      this.readBytes += end - start;
      if (this.readBytes > (this.options.maxBytes ?? Number.POSITIVE_INFINITY)) throw this.tooLarge();
      const next = await this.file.slice(start, end);
      this.block = Buffer.concat([this.block.subarray(from), next]);
      this.blockStart = this.position;
      this.blockBytes = Math.min(this.blockBytes * 2, MAX_BLOCK_BYTES);
      return this.block;
    }
    return this.block.subarray(from);
  }

  private broken(what: string, cause?: unknown): AppError {
    return damaged(this.file.name, `in the column ${this.path.join(".")} ${what}`, cause);
  }
}
