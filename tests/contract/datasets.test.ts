import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isUniqueViolation } from "@/lib/db/errors";
import { findDataset, listDatasets, renameDataset } from "@/lib/db/repositories/datasets";
import { findRun } from "@/lib/db/repositories/runs";
import { openTestDatabase, TEST_DATABASES, type TestDatabase } from "../helpers/open-test-database";
import { addDataset, addRun } from "../helpers/run-fixtures";

describe.each(TEST_DATABASES)("datasets on %s", (kind) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());

  it("are found by id and by name", async () => {
    const id = await addDataset(database.db, "findable");
    const expected = { id, name: "findable", source: { kind: "folder", path: "/nowhere" } };
    expect(await findDataset(database.db, id)).toMatchObject(expected);
    expect(await findDataset(database.db, "findable")).toMatchObject(expected);
    expect(await findDataset(database.db, "FINDABLE")).toBeNull();
  });

  it("have names of their own, and a taken name is told apart from other errors", async () => {
    const id = await addDataset(database.db, "taken");
    const error: unknown = await addDataset(database.db, "taken").catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error)).toBe(true);
    const other: unknown = await addRun(database.db, { datasetId: "ds_none" }).catch((thrown: unknown) => thrown);
    expect(other).toBeInstanceOf(Error);
    expect(isUniqueViolation(other)).toBe(false);
    await database.db.transaction((tx) => renameDataset(tx, id, "taken (earlier)"));
    await addDataset(database.db, "taken");
    expect((await listDatasets(database.db)).filter(({ name }) => name.startsWith("taken"))).toHaveLength(2);
  });

  it("may go; their runs stay and remember the name", async () => {
    const datasetId = await addDataset(database.db, "test-data");
    const runId = await addRun(database.db, { datasetId });
    await database.db.transaction((tx) => tx.orm.delete(tx.tables.datasets));
    expect(await findRun(database.db, runId)).toMatchObject({ run: { datasetId: null }, datasetName: "test-data" });
  });
});
