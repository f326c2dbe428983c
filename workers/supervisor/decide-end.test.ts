import { describe, expect, it } from "vitest";
import { EXIT_CAUSES } from "@/lib/contracts/run-status";
import { decideEnd, type TrainerEnd } from "./decide-end";

const end = (overrides: Partial<TrainerEnd>): TrainerEnd => ({
  lastWord: null,
  exit: { code: 1, signal: null },
  protocolError: null,
  refusedFrame: null,
  step: 7,
  ...overrides,
});
const done = (outcome: "completed" | "stopped") =>
  end({
    lastWord: { kind: "done", outcome, step: 9, adapterPath: null, evalLossBefore: null, evalLossAfter: null },
    exit: { code: 0, signal: null },
  });

describe("decideEnd", () => {
  it("calls a run completed even when a stop came too late", () => {
    for (const reason of [null, "person", "shutdown"] as const) {
      expect(decideEnd(done("completed"), reason).to).toBe("completed");
    }
  });

  it("tells a person's stop from a shutdown and from a trainer that stopped unasked", () => {
    expect(decideEnd(done("stopped"), "person")).toMatchObject({ to: "stopped", exitCause: "cancelled" });
    expect(decideEnd(done("stopped"), "shutdown")).toMatchObject({ to: "interrupted", exitCause: "lost_worker" });
    expect(decideEnd(done("stopped"), null)).toMatchObject({ to: "interrupted" });
  });

  it("gives every cause an end, and each end that is not a success a sentence", () => {
    for (const cause of EXIT_CAUSES) {
      const decided = decideEnd(end({ lastWord: { kind: "error", cause, message: "It broke.", step: 3 } }), null);
      expect(["failed", "interrupted"]).toContain(decided.to);
      expect(decided.exitMessage).toMatch(/\.$/);
    }
  });

  it("says carefully that SIGKILL was likely the memory, but not when we killed it ourselves", () => {
    const killed = end({ exit: { code: null, signal: "SIGKILL" } });
    expect(decideEnd(killed, null)).toMatchObject({ to: "failed", exitCause: "out_of_memory" });
    expect(decideEnd(killed, null).exitMessage).toMatch(/step 7.*most likely/);
    expect(decideEnd(killed, "person")).toMatchObject({ to: "stopped" });
    expect(decideEnd(end({ ...killed, protocolError: "a line is no JSON" }), null).exitCause).toBe("internal");
  });

  it("is not silent about a trainer that could not be started", () => {
    expect(decideEnd(end({ exit: { code: null, signal: null }, step: 0 }), null).exitMessage).toContain(
      "could not be started",
    );
  });
});
