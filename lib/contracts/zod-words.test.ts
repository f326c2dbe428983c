import { expect, it } from "vitest";
import { z } from "zod";
import { fieldErrorsOf } from "./run-config";

const Everything = z.strictObject({
  text: z.string().min(1).max(3),
  number: z.number().min(2).max(9),
  above: z.number().gt(0).lt(1),
  whole: z.int(),
  flag: z.boolean(),
  list: z.array(z.string()).min(2).max(3),
  choice: z.enum(["a", "b"]),
  source: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("folder") }),
    z.object({ kind: z.literal("file") }),
  ]),
  nested: z.object({}),
  own: z.string("is of our own words"),
});

it.each([
  [{}, { text: "is missing", list: "is missing", choice: "must be a or b", own: "is of our own words" }],
  [
    { text: 1, number: "1", whole: 1.5, flag: 0, list: {}, nested: [] },
    {
      text: "must be text",
      number: "must be a number",
      whole: "must be a whole number",
      flag: "must be true or false",
      list: "must be a list",
      nested: "must be an object",
    },
  ],
  [
    { text: "", number: 1, above: 0, list: ["a"], choice: "c", source: { kind: "url" } },
    {
      text: "must not be empty",
      number: "must be at least 2",
      above: "must be more than 0",
      list: "must have at least 2 entries",
      choice: "must be a or b",
      source: "has a value of no known kind",
    },
  ],
  [
    { text: "long", number: 10, above: 1, list: ["a", "b", "c", "d"], extra: 1 },
    {
      text: "must have at most 3 characters",
      number: "must be at most 9",
      above: "must be less than 1",
      list: "must have at most 3 entries",
      extra: "is not a known setting",
    },
  ],
  [{ number: Number.NaN }, { number: "must be a number" }],
])("says of %j what to change, in plain words", (input, expected) => {
  const { error } = Everything.safeParse(input);
  const said = fieldErrorsOf(error as z.ZodError);
  for (const [field, message] of Object.entries(expected)) expect(said[field], field).toEqual([message]);
  expect(JSON.stringify(said)).not.toMatch(/Invalid|expected|received/);
});
