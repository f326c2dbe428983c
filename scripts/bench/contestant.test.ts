import { expect, test } from "vitest";
import { Contestant } from "./contestant";

const START = `
const say = (reply) => console.log(JSON.stringify(reply));
let steps = 0;
require("node:readline").createInterface({ input: process.stdin }).on("line", () => {`;

function start(onLine: string, beforeReady = ""): [Contestant, string[]] {
  const said: string[] = [];
  const script = `${beforeReady}${START}${onLine}});say({ firstLoss: 7 });`;
  return [
    new Contestant("it", [process.execPath, "-e", script], process.cwd(), (sentence) => said.push(sentence)),
    said,
  ];
}

test("a process starts once, steps when told to, and ends when asked", async () => {
  const [contestant] = start("say({ seconds: ++steps });");
  expect(await contestant.isReady()).toBe(true);
  expect(contestant.facts).toMatchObject({ firstLoss: 7 });
  expect(contestant.facts["secondsToFirstStep"]).toBeGreaterThan(0);
  expect(await contestant.takeTurn()).toEqual({ seconds: 1 });
  expect(await contestant.isReady()).toBe(true);
  expect(await contestant.takeTurn()).toEqual({ seconds: 2 });
  expect(await contestant.end()).toBe("code 0");
  expect(contestant.failed).toBeNull();
});

test("one that dies in a turn is lost, with the sentence it ended with", async () => {
  const [contestant, said] = start(`throw new RangeError("too long");`);
  expect(await contestant.takeTurn()).toBeNull();
  expect(contestant.failed).toBe("the process ended with code 1: RangeError: too long");
  expect(said).toEqual(["it: the process ended with code 1: RangeError: too long"]);
  expect(await contestant.takeTurn()).toBeNull();
});

test("one that the system kills says by which signal", async () => {
  const [contestant] = start("", `process.kill(process.pid, "SIGKILL");`);
  expect(await contestant.isReady()).toBe(false);
  expect(contestant.failed).toContain("signal SIGKILL");
});

test("a program that is not there is a failure like any other", async () => {
  const contestant = new Contestant("it", ["/no/such/python"], process.cwd(), () => undefined);
  expect(await contestant.isReady()).toBe(false);
  expect(contestant.failed).toContain("ENOENT");
});
