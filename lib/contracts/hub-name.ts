/** @file What repositories and revisions of the Hugging Face Hub may be called: its own rules, checked before anything is asked. */
import { z } from "zod";

const MAX_REPO_LENGTH = 96;
const PART = /^[A-Za-z0-9._-]+$/;

/**
 * What is wrong with `name` or `namespace/name`, to follow its name in a sentence; null when nothing is.
 * Source: the rules of the Hub as `huggingface_hub` checks them (letters, digits, `-`, `_`, `.`; at most 96 characters;
 * no `--`, no `..`; neither part begins or ends with `-` or `.`; no `.git` at the end).
 */
export function findRepoNameProblem(repo: string): string | null {
  if (repo === "") return "is missing: write it as organisation/name";
  if (repo.length > MAX_REPO_LENGTH) return `has more than ${MAX_REPO_LENGTH} characters`;
  const parts = repo.split("/");
  if (parts.length > 2)
    return "has more than one slash: write it as organisation/name, without “datasets/” or an address";
  if (parts.some((part) => part === "")) return "lacks a part beside its slash: write it as organisation/name";
  if (!parts.every((part) => PART.test(part))) return "may have letters, digits, “-”, “_” and “.” only";
  if (parts.some((part) => /^[.-]|[.-]$/.test(part))) return "must not begin or end with “-” or “.”";
  if (repo.includes("--") || repo.includes("..")) return "must not have “--” or “..” in it";
  if (repo.endsWith(".git")) return "must not end in “.git”";
  return null;
}

export const HubRepoName = z
  .string()
  .trim()
  .superRefine((repo, ctx) => {
    const problem = findRepoNameProblem(repo);
    if (problem !== null) ctx.addIssue({ code: "custom", message: problem });
  });

/** A branch, a tag, a commit or `refs/convert/parquet`. It becomes part of an address and of a path in the cache. */
export const HubRevision = z
  .string()
  .trim()
  .min(1, "name a branch, a tag or a commit")
  .max(255, "must have at most 255 characters")
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/+-]*$/, "may have letters, digits, “.”, “_”, “-”, “+” and “/” only")
  .refine(
    (name) => name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock")),
    "is no name that git takes",
  )
  .refine((name) => !name.includes(".."), "must not have “..” in it");

const COMMIT = /^[0-9a-f]{40}$/;

export const isCommit = (text: string): boolean => COMMIT.test(text);
