/** @file A real database that refuses one record, as it may refuse what no schema of ours foresaw. */
import { createClient } from "@libsql/client";
import postgres from "postgres";
import type { TestDatabaseKind } from "./open-test-database";

/** From now on no metric of this step can be inserted. Returns what allows it again. */
export async function forbidStep(kind: TestDatabaseKind, url: string, step: number): Promise<() => Promise<void>> {
  const name = `no_step_${step}`;
  const run = kind === "postgres" ? runOnPostgres : runOnLibsql;
  await run(
    url,
    kind === "postgres"
      ? `alter table training_metric add constraint ${name} check (step <> ${step})`
      : `create trigger ${name} before insert on training_metric when new.step = ${step} begin select raise(abort, '${name}'); end`,
  );
  return () =>
    run(url, kind === "postgres" ? `alter table training_metric drop constraint ${name}` : `drop trigger ${name}`);
}

async function runOnPostgres(url: string, statement: string): Promise<void> {
  const client = postgres(url, { max: 1 });
  await client.unsafe(statement).finally(() => client.end());
}

async function runOnLibsql(url: string, statement: string): Promise<void> {
  const client = createClient({ url });
  await client.execute(statement).finally(() => client.close());
}
