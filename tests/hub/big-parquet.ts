/**
 * @file A Parquet file of any size out of one row group, repeated: valid from end to end, and only the group is in memory.
 */
import { Readable } from "node:stream";
import { parquetMetadata } from "hyparquet";
import { type BasicType, ByteWriter, parquetWriteBuffer } from "hyparquet-writer";
import { writeMetadata } from "hyparquet-writer/src/metadata.js";
import type { HubContent } from "./hub-content";

const GROUP_ROWS = 6000;

/** Like a dataset of code: some words repeat, texts have a few kilobytes. */
function makeRows() {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state;
  };
  const word = () =>
    random()
      .toString(36)
      .slice(0, 2 + (random() % 6));
  return Array.from({ length: GROUP_ROWS }, (_, row) => ({
    path: `src/module_${row}.py`,
    language: row % 3 ? "python" : "typescript",
    content: Array.from({ length: 200 + (random() % 800) }, word).join(row % 2 ? " " : "\n"),
    stars: row % 1000,
  }));
}

export function repeatRowGroup(wantedBytes: number) {
  const rows = makeRows();
  const column = (name: keyof (typeof rows)[number], type: BasicType) => ({
    name,
    type,
    data: rows.map((row) => row[name]),
    // As pyarrow writes them unless asked.
    offsetIndex: false,
  });
  const one = new Uint8Array(
    parquetWriteBuffer({
      columnData: [
        column("path", "STRING"),
        column("language", "STRING"),
        column("content", "STRING"),
        column("stars", "INT32"),
      ],
      rowGroupSize: GROUP_ROWS,
    }),
  );
  const metadata = parquetMetadata(one);
  const [group] = metadata.row_groups;
  if (group === undefined || metadata.row_groups.length !== 1) throw new Error("one row group was to be written");
  const start = 4;
  const end = Math.max(
    ...group.columns.map(
      ({ meta_data: meta }) =>
        Number((meta?.dictionary_page_offset || meta?.data_page_offset) ?? 0) +
        Number(meta?.total_compressed_size ?? 0),
    ),
  );
  const groupBytes = end - start;
  const copies = Math.ceil(wantedBytes / groupBytes);
  const groups = Array.from({ length: copies }, (_, index) => {
    const moved = (offset: bigint | undefined) =>
      offset === undefined ? undefined : offset + BigInt(index * groupBytes);
    return {
      ...group,
      columns: group.columns.map(({ meta_data: meta, ...chunk }) => ({
        ...chunk,
        ...(meta && {
          meta_data: {
            ...meta,
            statistics: undefined,
            data_page_offset: meta.data_page_offset + BigInt(index * groupBytes),
            dictionary_page_offset: moved(meta.dictionary_page_offset),
          },
        }),
      })),
    };
  });
  const footer = new ByteWriter();
  writeMetadata(footer, { ...metadata, num_rows: BigInt(copies * GROUP_ROWS), row_groups: groups } as never);
  footer.appendUint32(0x31524150);
  const tail = new Uint8Array(footer.getBuffer());
  const size = start + copies * groupBytes + tail.length;

  function* pieces(from: number, to: number): Generator<Buffer> {
    for (let at = from; at < to; ) {
      const inGroups = at < start + copies * groupBytes;
      const source = at < start ? one : inGroups ? one.subarray(start, end) : tail;
      const offset = at < start ? at : inGroups ? (at - start) % groupBytes : at - start - copies * groupBytes;
      const stop = at < start ? start : source.length;
      const piece = source.subarray(offset, Math.min(stop, offset + to - at, offset + 65_536));
      yield Buffer.from(piece);
      at += piece.length;
    }
  }
  const content: HubContent = {
    size,
    // Nobody reads it whole.
    sha256: "b".repeat(64),
    gitSha1: "c".repeat(40),
    read: (from, to) => Readable.from(pieces(from, to), { objectMode: true }),
  };
  return { content, rows, fileRows: copies * GROUP_ROWS };
}
