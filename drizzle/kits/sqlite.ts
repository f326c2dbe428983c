/** @file Column builders of SQLite (libSQL) with the names and JavaScript types of `kits/pg.ts`. */
import {
  check,
  foreignKey,
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from "drizzle-orm/sqlite-core";

export const sqliteKit = {
  table: sqliteTable,
  text,
  int: (name: string) => integer(name),
  int64: (name: string) => integer(name, { mode: "number" }),
  real: (name: string) => real(name),
  bool: (name: string) => integer(name, { mode: "boolean" }),
  instant: (name: string) => integer(name, { mode: "timestamp_ms" }),
  json: <T>(name: string) => text(name, { mode: "json" }).$type<T>(),
  index,
  uniqueIndex,
  primaryKey,
  foreignKey,
  check,
};
