import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isUniqueViolation } from "@/lib/db/errors";
import { type DatasetRow, findDataset, listDatasets } from "@/lib/db/repositories/datasets";
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

  it("of one name are its versions, and a taken version is told apart from other errors", async () => {
    const first = await addDataset(database.db, "taken");
    const second = await addDataset(database.db, "taken");
    const of = async (text: string) => (await findDataset(database.db, text))?.id;
    expect([await of("taken"), await of("taken@1"), await of("taken@2"), await of("taken@3")]).toEqual([
      second,
      first,
      second,
      undefined,
    ]);
    const { datasets } = database.db.tables;
    const again = { ...(await findDataset(database.db, first)), id: "ds_other" } as DatasetRow;
    const error: unknown = await database.db
      .transaction((tx) => tx.orm.insert(datasets).values(again))
      .catch((thrown: unknown) => thrown);
    expect(isUniqueViolation(error)).toBe(true);
    const other: unknown = await addRun(database.db, { datasetId: "ds_none" }).catch((thrown: unknown) => thrown);
    expect(other).toBeInstanceOf(Error);
    expect(isUniqueViolation(other)).toBe(false);
    expect((await listDatasets(database.db)).filter(({ name }) => name === "taken")).toHaveLength(2);
    const runId = await addRun(database.db, { datasetId: second });
    expect(await findRun(database.db, runId)).toMatchObject({ datasetName: "taken@2" });
  });

  it("may go; their runs stay and remember the name", async () => {
    const datasetId = await addDataset(database.db, "test-data");
    const runId = await addRun(database.db, { datasetId });
    await database.db.transaction((tx) => tx.orm.delete(tx.tables.datasets));
    expect(await findRun(database.db, runId)).toMatchObject({ run: { datasetId: null }, datasetName: "test-data" });
  });
});
