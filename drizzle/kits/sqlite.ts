/** @file Column builders of SQLite (libSQL) with the names and JavaScript types of `kits/pg.ts`. */
import {
  check,
  customType,
  foreignKey,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";
import { toStorableJson, toStorableText } from "../../lib/contracts/storable-text";

const storableText = customType<{ data: string }>({ dataType: () => "text", toDriver: toStorableText });
const storableJson = customType<{ data: unknown; driverData: string }>({
  dataType: () => "text",
  toDriver: toStorableJson,
  fromDriver: (json) => JSON.parse(json),
});

export const sqliteKit = {
  table: sqliteTable,
  text: <T extends string = string>(name: string) => storableText(name).$type<T>(),
  int: (name: string) => integer(name),
  int64: (name: string) => integer(name, { mode: "number" }),
  real: (name: string) => real(name),
  bool: (name: string) => integer(name, { mode: "boolean" }),
  instant: (name: string) => integer(name, { mode: "timestamp_ms" }),
  json: <T>(name: string) => storableJson(name).$type<T>(),
  index,
  uniqueIndex,
  primaryKey,
  foreignKey,
  check,
};
