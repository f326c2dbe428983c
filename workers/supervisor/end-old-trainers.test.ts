import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { findTrainers, trainersInPs } from "./end-old-trainers";

afterEach(() => vi.unstubAllGlobals());

const SPEC = "/Users/me/My Studio/runs/run_1/spec.json";
const NODE = process.execPath;

test("a trainer is found in the list of ps by the end of its command line, with spaces in its paths", () => {
  const list = [
    `    1 /sbin/launchd`,
    `  501 ${NODE} /Users/me/My Studio/dist/onnx-trainer.mjs ${SPEC}`,
    `  502 ${NODE} /Users/me/My Studio/dist/onnx-trainer.mjs ${SPEC}.bak`,
    `  503 ${NODE} /Users/me/My Studio/dist/onnx-trainer.mjs /Users/me/My Studio/runs/run_2/spec.json`,
    `  504 tail -f ${SPEC}`,
    ` 1505 /elsewhere/bin/node /dist/onnx-trainer.mjs ${SPEC}`,
    "",
  ];
  expect(trainersInPs(list.join("\n"), SPEC)).toEqual([501, 1505]);
});

test("a running trainer is found by its spec and no other process; on Windows nothing is looked for", async () => {
  const child = spawn(NODE, ["-e", "console.log('up'); setInterval(() => {}, 1000)", SPEC], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(child.stdout, "data");
    expect(await findTrainers(SPEC)).toEqual(process.platform === "win32" ? [] : [child.pid]);
    expect(await findTrainers(`${SPEC}.other`)).toEqual([]);
    vi.stubGlobal("process", { ...process, platform: "win32" });
    expect(await findTrainers(SPEC)).toEqual([]);
  } finally {
    child.kill("SIGKILL");
  }
});
