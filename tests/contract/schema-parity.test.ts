import { readdirSync } from "node:fs";
import { join } from "node:path";
import { getTableName } from "drizzle-orm";
import { getTableConfig as pgTableConfig } from "drizzle-orm/pg-core";
import { type SQLiteTable, getTableConfig as sqliteTableConfig } from "drizzle-orm/sqlite-core";
import { describe, expect, it } from "vitest";
import * as pgSchema from "@/drizzle/schema/pg";
import * as sqliteSchema from "@/drizzle/schema/sqlite";
import { MIGRATIONS_FOLDER } from "../helpers/open-test-database";

interface TableConfig {
  name: string;
  columns: {
    name: string;
    notNull: boolean;
    hasDefault: boolean;
    primary: boolean;
    isUnique: boolean;
    default: unknown;
  }[];
  indexes: { config: { name?: string | undefined; unique?: boolean; columns: unknown[] } }[];
  checks: { name: string }[];
  foreignKeys: {
    reference(): { columns: { name: string }[]; foreignTable: Parameters<typeof getTableName>[0] };
    onDelete?: string | undefined;
  }[];
  primaryKeys: { columns: { name: string }[] }[];
}

/** What both databases must have alike: everything but the SQL types. */
function shapeOf(config: TableConfig) {
  return {
    name: config.name,
    columns: config.columns.map((column) => ({
      name: column.name,
      notNull: column.notNull,
      hasDefault: column.hasDefault,
      default: typeof column.default === "object" ? "sql" : column.default,
      primary: column.primary,
      isUnique: column.isUnique,
    })),
    indexes: config.indexes.map(({ config: index }) => ({
      name: index.name,
      unique: index.unique ?? false,
      columns: index.columns.map((column) => (column as { name: string }).name),
    })),
    checks: config.checks.map(({ name }) => name),
    foreignKeys: config.foreignKeys.map((key) => ({
      columns: key.reference().columns.map(({ name }) => name),
      table: getTableName(key.reference().foreignTable),
      onDelete: key.onDelete ?? "no action",
    })),
    primaryKeys: config.primaryKeys.map(({ columns }) => columns.map(({ name }) => name)),
  };
}

describe("the two schemas", () => {
  const pgTables = { ...pgSchema };
  const sqliteTables = { ...sqliteSchema };
  const names = Object.keys(pgTables) as (keyof typeof pgTables)[];

  it("have the same tables", () => {
    expect(Object.keys(sqliteTables)).toEqual(names);
    expect(names.length).toBeGreaterThanOrEqual(6);
  });

  it.each(names)("have the same %s: columns, defaults, keys, indexes and checks", (name) => {
    const pg = shapeOf(pgTableConfig(pgTables[name]) as unknown as TableConfig);
    const sqlite = shapeOf(sqliteTableConfig(sqliteTables[name] as unknown as SQLiteTable) as unknown as TableConfig);
    expect(sqlite).toEqual(pg);
  });

  it("have migrations of the same names", () => {
    const files = (kind: string) => readdirSync(join(MIGRATIONS_FOLDER, kind)).filter((file) => file.endsWith(".sql"));
    expect(files("pg").length).toBeGreaterThan(0);
    expect(files("sqlite")).toEqual(files("pg"));
  });
});
