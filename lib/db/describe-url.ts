import { isFileUrl } from "./file-url";

/** A database address that may be shown and logged: without user, password and options. */
export function describeUrl(url: string): string {
  if (isFileUrl(url)) return `file ${url.slice("file:".length).replace(/[?#].*$/s, "")}`;
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "the configured address";
  }
}
