import { expect, it } from "vitest";
import { FIELD_SPECS } from "@/components/run-form/field-specs";
import { resolveDevice } from "@/lib/engine/runtime/session";

it("the form says of device auto what the engine makes of it", () => {
  expect(resolveDevice("auto")).toBe("cpu");
  expect(FIELD_SPECS.device.hint).toMatch(/^auto is the processor/);
});
