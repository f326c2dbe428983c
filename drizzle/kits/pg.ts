/** @file Column builders of Postgres under the names that `schema/define.ts` uses. This side gives the types. */
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";

export const pgKit = {
  table: pgTable,
  text,
  int: (name: string) => integer(name),
  int64: (name: string) => bigint(name, { mode: "number" }),
  real: (name: string) => doublePrecision(name),
  bool: (name: string) => boolean(name),
  // Milliseconds, because a Date read back must equal its own row.
  instant: (name: string) => timestamp(name, { withTimezone: true, mode: "date", precision: 3 }),
  json: <T>(name: string) => jsonb(name).$type<T>(),
  index,
  uniqueIndex,
  primaryKey,
  foreignKey,
  check,
};

export type ColumnKit = typeof pgKit;
