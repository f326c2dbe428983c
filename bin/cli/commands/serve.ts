import type { Command } from "commander";
import type { Env } from "@/lib/config/env";
import { version } from "@/lib/config/version";
import { AppError, userMessage } from "@/lib/errors";
import { ensureRepositoryDataset } from "@/lib/services/datasets/ensure-repository-dataset";
import { applyOptions, type EnvironmentOptions } from "../apply-options";
import { parsePort } from "../parse-port";
import { claimPort } from "../processes/claim-port";
import { isLoopback } from "../processes/is-loopback";
import { ProcessGroup } from "../processes/process-group";
import { waitForWeb } from "../processes/wait-for-web";
import { webProcess } from "../processes/web-process";
import { workerProcess } from "../processes/worker-process";
import { say } from "../say";
import { withContext } from "../with-context";

const START_TIMEOUT_MS = 60_000;

interface ServeOptions extends EnvironmentOptions {
  worker: boolean;
}

export function addServeCommand(program: Command): void {
  program
    .command("serve", { isDefault: true })
    .description("serve the web app and run one worker beside it (this is what npm start does)")
    .option("--host <address>", "address to listen on; any but loopback needs CODETUNE_TOKEN (default: 127.0.0.1)")
    .option("--port <number>", "port to listen on, 0 for any free one (default: 7860)", parsePort)
    .option("--debug", "log everything")
    .option("--no-worker", "serve the web app only; workers run elsewhere on the same database")
    .option("--database-url <url>", "Postgres or libSQL database (default: a file below CODETUNE_HOME)")
    .action(serve);
}

/** Throws AppError when others could reach a studio without a token. */
function refuseOpenDoor({ HOST, CODETUNE_TOKEN, SPACE_ID }: Env): void {
  if (isLoopback(HOST) || CODETUNE_TOKEN !== undefined) return;
  const where = SPACE_ID === undefined ? "in the environment or in .env" : "as a secret in the Space's settings";
  throw new AppError(
    "precondition_failed",
    `Listening on ${HOST} lets others in, so it needs a CODETUNE_TOKEN of at least 16 characters; set one ${where}.`,
  );
}

/** Ends when a signal asks for it and both children are gone. */
async function serve(options: ServeOptions): Promise<void> {
  const env = applyOptions(options);
  refuseOpenDoor(env);
  const port = await claimPort(env.HOST, env.PORT);
  // Migrates, and says what is wrong with the database before anything else starts.
  await withContext(env, async () => {});

  const group = new ProcessGroup();
  group.add(webProcess({ host: env.HOST, port, isDebug: options.debug === true, onGivenUp: group.giveUp }));
  if (options.worker) group.add(workerProcess(group.giveUp));
  group.start();

  const url = `http://${hostInUrl(env.HOST)}:${port}`;
  const isUp = await waitForWeb(url, START_TIMEOUT_MS, () => group.isOver);
  if (isUp) {
    process.stdout.write(`CodeTune Studio ${version} is ready at ${url} (Ctrl-C stops it)\n`);
    await addOwnSource(env);
  } else if (!group.isOver) {
    say("The web server did not answer within a minute; its messages are above.");
    group.giveUp();
  }
  process.exitCode = await group.wait();
}

/** The dataset that is always there; a second's work, so the page is open first. Without it the studio serves all the same. */
async function addOwnSource(env: Env): Promise<void> {
  await withContext(env, ensureRepositoryDataset).catch((error: unknown) =>
    say(`The studio's own source could not be added as a dataset. ${userMessage(error)}`),
  );
}

/** Every address stands for this machine too; a browser needs one that it can open. */
function hostInUrl(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
