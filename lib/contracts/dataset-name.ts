/** @file What a dataset may be called. `name` means its newest version, `name@2` that one. */
import { z } from "zod";
import { idSchema } from "./ids";
import { isStorableText, UNSTORABLE_MESSAGE } from "./storable-text";

/** The dataset that is always there: the studio's own source. */
export const REPOSITORY_DATASET_NAME = "this-repository";

const VERSIONED = /^(.*\S)@([1-9]\d{0,8})$/s;

export const DatasetName = z
  .string()
  .trim()
  .min(1, "give it a name")
  .max(200, "must have at most 200 characters")
  .refine(isStorableText, UNSTORABLE_MESSAGE)
  .refine((name) => !idSchema("ds").safeParse(name).success, "must not look like an id")
  .refine((name) => !VERSIONED.test(name), "must not end like a version (“@2”); versions are counted by themselves")
  .refine((name) => name !== REPOSITORY_DATASET_NAME, "is the name of the dataset that is always there");

/** `name@2` in its two parts; null when it has no version. */
export function splitVersion(text: string): { name: string; version: number } | null {
  const [, name, version] = VERSIONED.exec(text) ?? [];
  return name === undefined ? null : { name, version: Number(version) };
}

/** As people write it: the version only where there is more than one. */
export const versionedName = ({ name, version }: { name: string; version: number }): string =>
  version === 1 ? name : `${name}@${version}`;
