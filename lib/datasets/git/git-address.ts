/** @file What a person may name as a repository: https, ssh, or a path on this machine. */
import { isAbsolute } from "node:path";

export type GitAddress = { kind: "remote"; address: string } | { kind: "path"; path: string };

const HTTPS = /^https:\/\/[^\s/]+\/\S+$/i;
const SSH = /^ssh:\/\/(?:[A-Za-z0-9._-]+@)?[A-Za-z0-9[][^\s/]*\/\S+$/i;
/** `git@host:owner/name.git`, where neither part can be an option. */
const SCP = /^[A-Za-z0-9._-]+@[A-Za-z0-9][A-Za-z0-9.-]*:[^-\s][^\s]*$/;

/** Null for what is none of these: options, other transports (`ext::`, `file://`, `http://`), control characters. */
export function parseGitAddress(text: string): GitAddress | null {
  const address = text.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused here
  if (address === "" || address.startsWith("-") || /[\u0000-\u001f\u007f]/.test(address)) return null;
  if (HTTPS.test(address) || SSH.test(address) || SCP.test(address)) return { kind: "remote", address };
  if (address.includes("::") || /^[a-z][a-z0-9+.-]*:\/\//i.test(address)) return null;
  return isAbsolute(address) || /^\.{0,2}[\\/]|^[^:]+$/.test(address) ? { kind: "path", path: address } : null;
}

/** The address without a password or token that was put into it. */
export const shownAddress = (address: string): string => address.replace(/^(https:\/\/)[^/@\s]*@/i, "$1");

/** What people call the repository: the last part of its address. */
export function repositoryName(address: string): string {
  const last =
    address
      .replace(/[\\/]+$/, "")
      .split(/[\\/:]/)
      .at(-1) ?? "";
  return last.replace(/\.git$/, "") || "repository";
}
