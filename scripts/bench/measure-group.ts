/** @file All cells of one shape and length, in rosters whose processes take turns. */
import { join } from "node:path";
import type { Result } from "./bench-file";
import { programPath } from "./bundle";
import { Contestant, type Reply } from "./contestant";
import { type EngineCell, settingsOf } from "./engine-cells";
import type { PeftSetting } from "./peft-settings";
import { planRosters } from "./plan-rosters";
import type { ShapeName } from "./shapes";
import { summarizePair, summarizeTurns, type Turn } from "./summarize";

/** Both sides read the same weights and tokens, and B is zero at first: fp32 must find the same loss in both. */
const SAME_LOSS = 1e-3;
/** Without a peer nothing needs many rounds, and a large model's take long. */
const SECONDS_ALONE = 30;

export interface Group {
  shape: ShapeName;
  blockLength: number;
  cells: readonly EngineCell[];
  settings: readonly PeftSetting[];
  rounds: number;
  threads: number;
  /** Of the checkpoint. */
  folder: string;
  root: string;
  python: string;
  say: (sentence: string) => void;
}

/** Resolves with one result per cell, per setting of PEFT, and per pair of the two that took turns. */
export async function measureGroup(group: Group): Promise<Result[]> {
  const { shape, blockLength, say } = group;
  const sgemm = new Contestant("the matrix rate", [process.execPath, programPath("sgemm-process")], group.root, say);
  const ours = new Map(group.cells.map((cell) => [cell, ourContestant(group, cell)]));
  const theirs = new Map(group.settings.map((setting) => [setting, theirContestant(group, setting)]));
  const turnsOf = new Map<Contestant, Turn[]>();
  const pairs: Result[] = [];
  const measuredAt = new Date().toISOString();
  const common = { measuredAt, shape, blockLength };
  const rosters = planRosters(group.cells, group.settings);
  try {
    for (const [number, roster] of rosters.entries()) {
      const mine = roster.ours.map((cell) => ours.get(cell) as Contestant);
      const rival = roster.theirs && (theirs.get(roster.theirs) as Contestant);
      // Second in the round, the rival is everyone's neighbour.
      const players = rival ? [...mine.slice(0, 1), rival, ...mine.slice(1)] : mine;
      say(players.map(({ name }) => name).join(", "));
      const turns = await playRounds(sgemm, players, group.rounds, rival ? Number.POSITIVE_INFINITY : SECONDS_ALONE);
      for (const [player, list] of turns) turnsOf.set(player, [...(turnsOf.get(player) ?? []), ...list]);
      if (roster.theirs && rival && turns.has(rival)) {
        for (const cell of roster.ours) {
          const player = ours.get(cell) as Contestant;
          if (!turns.has(player)) continue;
          const isComparable = cell.precision === "fp32" && roster.theirs.dtype === "fp32";
          const problem = isComparable ? differenceOfWork(player, rival) : null;
          pairs.push({
            kind: "pair",
            name: `${player.name} ÷ ${rival.name}`,
            ...common,
            ours: player.name,
            theirs: rival.name,
            outcome: problem
              ? { failed: problem }
              : { figures: summarizePair(turns.get(player) as Turn[], turns.get(rival) as Turn[]) },
          });
        }
      }
      const later = rosters.slice(number + 1).flatMap((next) => next.ours);
      await rival?.end();
      for (const cell of roster.ours) if (!later.includes(cell)) await ours.get(cell)?.end();
    }
  } finally {
    await Promise.all([sgemm, ...ours.values(), ...theirs.values()].map((each) => each.end()));
  }

  const outcomeOf = (contestant: Contestant, method: string) => {
    const turns = turnsOf.get(contestant);
    return turns
      ? { figures: summarizeTurns(turns, contestant.facts, { blockLength, method }) }
      : { failed: contestant.failed ?? "it had no turn" };
  };
  return [
    ...[...ours].map(([{ precision, method, memory }, contestant]) => {
      const outcome = outcomeOf(contestant, method);
      return { kind: "ours" as const, name: contestant.name, ...common, precision, method, memory, outcome };
    }),
    ...[...theirs].map(([{ dtype, isCheckpointing }, contestant]) => {
      const outcome = outcomeOf(contestant, "lora");
      return { kind: "peft" as const, name: contestant.name, ...common, dtype, isCheckpointing, outcome };
    }),
    ...pairs,
  ];
}

function ourContestant(group: Group, cell: EngineCell): Contestant {
  const { folder, blockLength, threads, root, say } = group;
  const args = [folder, String(blockLength), String(threads), JSON.stringify(settingsOf(cell))];
  const command = [process.execPath, programPath("step-process"), ...args];
  return new Contestant(cell.name, command, root, say);
}

function theirContestant(group: Group, { name, dtype, isCheckpointing }: PeftSetting): Contestant {
  const { folder, shape, blockLength, threads, root, python, say } = group;
  const script = join(root, "scripts", "bench", "peft_step.py");
  const checkpointing = isCheckpointing ? "checkpointing" : "plain";
  const command = [python, script, folder, String(blockLength), dtype, checkpointing, String(threads)];
  return new Contestant(`${shape} ${blockLength} ${name}`, command, root, say);
}

/** Everyone starts alone, then takes turns. Resolves with the turns of those who got through all rounds. */
async function playRounds(
  sgemm: Contestant,
  players: readonly Contestant[],
  rounds: number,
  maxSeconds: number,
): Promise<Map<Contestant, Turn[]>> {
  const turns = new Map<Contestant, Turn[]>();
  for (const player of players) if (await player.isReady()) turns.set(player, []);
  const started = performance.now();
  for (let round = 0; round < rounds && turns.size > 0; round++) {
    if (round > 0 && performance.now() - started > maxSeconds * 1000) break;
    const rate = (await sgemm.takeTurn())?.["sgemmFlops"];
    if (rate === undefined) throw new Error(`The matrix rate could not be measured: ${sgemm.failed}.`);
    for (const [player, list] of turns) {
      const reply = await player.takeTurn();
      if (reply === null) turns.delete(player);
      else list.push(toTurn(reply, rate));
    }
  }
  return turns;
}

function toTurn(reply: Reply, sgemmFlops: number): Turn {
  const { seconds, peakBytes, waitingCpuSeconds } = reply;
  if (seconds === undefined || peakBytes === undefined || waitingCpuSeconds === undefined)
    throw new Error("internal: a measured process replied without its figures");
  return { seconds, peakBytes, waitingCpuSeconds, sgemmFlops };
}

/** Null, or the sentence why the two did not do the same. */
function differenceOfWork(ours: Contestant, theirs: Contestant): string | null {
  const [our, their] = [ours.facts["firstLoss"] ?? Number.NaN, theirs.facts["firstLoss"] ?? Number.NaN];
  if (Math.abs(our - their) <= SAME_LOSS * their) return null;
  return `not the same work: our first loss is ${our}, theirs ${their}`;
}
