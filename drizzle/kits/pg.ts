/** @file Column builders of Postgres under the names that `schema/define.ts` uses. This side gives the types. */
import {
  bigint,
  boolean,
  check,
  customType,
  doublePrecision,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  timestamp,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { toStorableJson, toStorableText } from "../../lib/contracts/storable-text";

const storableText = customType<{ data: string }>({ dataType: () => "text", toDriver: toStorableText });
/** The driver parses what it reads. */
const storableJson = customType<{ data: unknown }>({ dataType: () => "jsonb", toDriver: toStorableJson });

export const pgKit = {
  table: pgTable,
  text: <T extends string = string>(name: string) => storableText(name).$type<T>(),
  int: (name: string) => integer(name),
  int64: (name: string) => bigint(name, { mode: "number" }),
  real: (name: string) => doublePrecision(name),
  bool: (name: string) => boolean(name),
  // Milliseconds, because a Date read back must equal its own row.
  instant: (name: string) => timestamp(name, { withTimezone: true, mode: "date", precision: 3 }),
  json: <T>(name: string) => storableJson(name).$type<T>(),
  index,
  uniqueIndex,
  primaryKey,
  foreignKey,
  check,
};

export type ColumnKit = typeof pgKit;
