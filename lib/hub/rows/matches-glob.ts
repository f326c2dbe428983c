/**
 * `*` within a folder, `**` across folders, `?`. Walks both texts with one place to go back to for each kind of star, so
 * that no pattern of a stranger's card takes long.
 */
export function matchesGlob(path: string, glob: string): boolean {
  const pattern = glob.replace(/^\.?\//, "").replaceAll("**/", "**");
  let p = 0;
  let g = 0;
  let star = -1;
  let starAt = 0;
  let isDeep = false;
  let deep = -1;
  let deepAt = 0;
  while (p < path.length) {
    if (pattern.startsWith("**", g)) {
      deep = g += 2;
      deepAt = p;
      star = -1;
      isDeep = true;
    } else if (pattern[g] === "*") {
      star = g += 1;
      starAt = p;
    } else if (g < pattern.length && (pattern[g] === path[p] || (pattern[g] === "?" && path[p] !== "/"))) {
      g++;
      p++;
    } else if (star >= 0 && path[starAt] !== "/") {
      p = ++starAt;
      g = star;
    } else if (isDeep) {
      p = ++deepAt;
      g = deep;
      star = -1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(g));
}
