/** @file What people may change of a run at any time: its name, notes and tags. */
import { z } from "zod";
import { isStorableText, UNSTORABLE_MESSAGE } from "./storable-text";

export const MAX_RUN_NAME_LENGTH = 200;
export const MAX_NOTES_LENGTH = 10_000;
export const MAX_TAGS = 20;
export const MAX_TAG_LENGTH = 40;

/** `what` begins the messages about one entry of a list; a field's own name stands before its messages already. */
const text = (maxLength: number, { isTrimmed = true, what = "" } = {}) => {
  const anyText = z.string(`${what}must be text`);
  return (isTrimmed ? anyText.trim() : anyText)
    .max(maxLength, `${what}must have at most ${maxLength} characters`)
    .refine(isStorableText, `${what}${UNSTORABLE_MESSAGE}`);
};
const isNotEmpty = (value: string) => value !== "";

const RunDetails = z.strictObject({
  name: text(MAX_RUN_NAME_LENGTH).refine(isNotEmpty, "must not be empty"),
  notes: text(MAX_NOTES_LENGTH, { isTrimmed: false }),
  /** Without repetitions, in the order in which they were given. */
  tags: z
    .array(
      text(MAX_TAG_LENGTH, { what: "each tag " }).refine(isNotEmpty, "each tag must have a character"),
      "must be a list",
    )
    // Not `max`, which would keep what is wrong with the tags themselves to itself.
    .refine((tags) => tags.length <= MAX_TAGS, `must be at most ${MAX_TAGS}`)
    .transform((tags) => [...new Set(tags)]),
});

/** What is left out stays as it is. */
export const RunDetailsChange = RunDetails.partial();
export type RunDetailsChange = z.input<typeof RunDetailsChange>;
