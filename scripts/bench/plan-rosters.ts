/** @file Who takes turns with whom. */
import type { EngineCell } from "./engine-cells";
import { isOpponent, type PeftSetting } from "./peft-settings";

/** Processes that take turns, one step each a round. Of the others' there is one at most, so that memory suffices. */
export interface Roster {
  ours: readonly EngineCell[];
  theirs: PeftSetting | null;
}

/** For cells of one shape and length: each setting of PEFT with its opponents, then every other cell by itself. */
export function planRosters(cells: readonly EngineCell[], settings: readonly PeftSetting[]): Roster[] {
  const opponents = settings.length > 0 ? cells.filter(isOpponent) : [];
  const paired = opponents.length > 0 ? settings.map((theirs) => ({ ours: opponents, theirs })) : [];
  const others = cells.filter((cell) => !opponents.includes(cell));
  return [...paired, ...others.map((cell) => ({ ours: [cell], theirs: null }))];
}
