/** A path of our own to go to after signing in; anything that could lead elsewhere becomes "/". */
export function safeNextPath(next: unknown): string {
  if (typeof next !== "string" || !/^\/(?![/\\])[^\s\\]*$/.test(next) || next.startsWith("/sign-in")) return "/";
  return next;
}
