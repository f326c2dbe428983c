/**
 * @file What zod says where a schema has no words of its own: said after a field's name ("epochs must be a number"), and
 * without zod's terms. Imported for its effect, once per process.
 */
import { z } from "zod";

const KINDS: Record<string, string> = {
  string: "must be text",
  number: "must be a number",
  int: "must be a whole number",
  boolean: "must be true or false",
  array: "must be a list",
  object: "must be an object",
  record: "must be an object",
};

/** What is counted in a value that is too long or too short; numbers are compared themselves. */
const UNITS: Record<string, string> = { string: "characters", array: "entries" };

function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return issue.input === undefined ? "is missing" : KINDS[issue.expected];
    case "too_big":
      return bound(issue.origin, issue.inclusive === false ? "less than" : "at most", issue.maximum);
    case "too_small":
      if (issue.origin === "string" && issue.minimum === 1) return "must not be empty";
      return bound(issue.origin, issue.inclusive === false ? "more than" : "at least", issue.minimum);
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "invalid_union":
      return "has a value of no known kind";
    default:
      return undefined;
  }
}

function bound(origin: string, relation: string, limit: number | bigint): string {
  const unit = UNITS[origin];
  return unit === undefined ? `must be ${relation} ${limit}` : `must have ${relation} ${limit} ${unit}`;
}

z.config({ customError: wordsFor });
