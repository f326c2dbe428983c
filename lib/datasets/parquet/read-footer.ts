/** @file The footer of a Parquet file: what columns and row groups it has. Checked against the file's size before anything is read by it. */
import { type FileMetaData, parquetMetadata, parquetSchema } from "hyparquet";
import { getTreePath } from "hyparquet/src/schema.js";
import { AppError } from "@/lib/errors";
import { damaged } from "./damaged";
import type { RandomAccess } from "./random-access";

/** Enough for most files; one request then. */
const FIRST_READ_BYTES = 64 * 1024;
/** Files of a thousand columns and a thousand row groups stay below it. */
const MAX_FOOTER_BYTES = 64_000_000;
const MAGIC = "PAR1";

/** Errors: `invalid_input` when the file is cut off, is something else, or its footer does not fit it. */
export async function readFooter(file: RandomAccess): Promise<FileMetaData> {
  const { byteLength, name } = file;
  if (byteLength < 12) throw damaged(name, `it has only ${byteLength} bytes`);
  const start = Math.max(0, byteLength - FIRST_READ_BYTES);
  let tail = await file.slice(start, byteLength);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  if (Buffer.from(tail.subarray(-4)).toString("latin1") !== MAGIC)
    throw damaged(name, "its end is missing, as after a download that broke off, or it is another kind of file");
  const footerBytes = view.getUint32(tail.length - 8, true);
  if (footerBytes > byteLength - 12)
    throw damaged(name, `its footer claims ${footerBytes} bytes, more than the file has`);
  if (footerBytes > MAX_FOOTER_BYTES)
    throw damaged(name, `its footer of ${footerBytes} bytes is larger than any that is read here`);
  if (footerBytes + 8 > tail.length) {
    const rest = await file.slice(byteLength - footerBytes - 8, start);
    tail = Buffer.concat([rest, tail]);
  }
  let metadata: FileMetaData;
  try {
    metadata = parquetMetadata(tail, { geoparquet: false });
    requireFitting(metadata, file);
  } catch (error) {
    throw error instanceof AppError ? error : damaged(name, "its footer can't be read", error);
  }
  return metadata;
}

/** Every column must be in the schema, its bytes in the file. */
function requireFitting(metadata: FileMetaData, { name, byteLength }: RandomAccess): void {
  const { row_groups, num_rows } = metadata;
  const schema = parquetSchema(metadata);
  let rows = 0;
  for (const group of row_groups) {
    rows += Number(group.num_rows);
    for (const { meta_data, file_path } of group.columns) {
      if (file_path) throw damaged(name, "its columns lie in other files, which is not read here");
      if (meta_data === undefined) throw damaged(name, "its columns are encrypted or not described");
      const { dictionary_page_offset, data_page_offset, total_compressed_size } = meta_data;
      getTreePath(schema, meta_data.path_in_schema);
      const offset = Number(dictionary_page_offset || data_page_offset);
      if (offset < 4 || total_compressed_size < 0n || offset + Number(total_compressed_size) > byteLength)
        throw damaged(name, `its footer places the column ${meta_data.path_in_schema.join(".")} outside the file`);
    }
  }
  if (rows !== Number(num_rows) || !Number.isSafeInteger(rows) || rows < 0)
    throw damaged(name, `its footer counts ${num_rows} rows and ${rows} in its row groups`);
}
