/** @file Commands from the parent: one JSON object a line on standard input; its end means that the parent is gone. */
import type { Readable } from "node:stream";
import type { z } from "zod";

const MAX_LINE_LENGTH = 65_536;

/** @param schema of what may be said; it must know `{ kind: "stop" }`, which the end of the input means */
export function readCommands<C extends { kind: string }>(
  input: Readable,
  schema: z.ZodType<C>,
  onCommand: (command: C | { kind: "stop" }) => void,
  onInvalid: (line: string) => void,
): void {
  let rest = "";
  const handle = (line: string) => {
    if (line.trim() === "") return;
    try {
      onCommand(schema.parse(JSON.parse(line)));
    } catch {
      onInvalid(line.slice(0, 200));
    }
  };
  const stop = () => onCommand({ kind: "stop" });
  input.setEncoding("utf8");
  input.on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) handle(line);
    if (rest.length > MAX_LINE_LENGTH) {
      onInvalid(rest.slice(0, 200));
      rest = "";
    }
  });
  input.on("end", stop);
  input.on("error", stop);
}
