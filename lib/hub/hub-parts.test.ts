/** The small parts of the Hub's reading: patterns, names of splits, waiting, cards, settings of the environment. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseEnv } from "@/lib/config/env";
import { hubSettingsOf } from "@/lib/config/hub-settings";
import { nextCursor } from "./repo-address";
import { retryDelayMs } from "./retry-delay";
import { matchesGlob } from "./rows/matches-glob";
import { splitCard } from "./split-card";

describe("matchesGlob", () => {
  it("has * within a folder, ** across folders, ? for one character", () => {
    const yes = [
      ["a/b.parquet", "a/*.parquet"],
      ["a/b/c/d", "**"],
      ["a/b/c.x", "a/**/*.x"],
      ["a/c.x", "a/**/*.x"],
      ["c.x", "**/c.x"],
      ["data/train-0.parquet", "data/train-*"],
      ["ab", "a?"],
      ["a/b", "./a/b"],
    ];
    const no = [
      ["a/b/c.parquet", "a/*.parquet"],
      ["b.x", "a/**"],
      ["a/b", "a?b"],
      ["abc", "ab"],
      ["ab", "abc"],
      ["data/x/train-0", "data/train-*"],
    ];
    for (const [path, glob] of yes) expect(matchesGlob(path ?? "", glob ?? ""), `${path} ${glob}`).toBe(true);
    for (const [path, glob] of no) expect(matchesGlob(path ?? "", glob ?? ""), `${path} ${glob}`).toBe(false);
  });

  it("ends on patterns made to take for ever", () => {
    expect(matchesGlob("a".repeat(5000), `${"*a".repeat(200)}b`)).toBe(false);
    expect(matchesGlob("a/".repeat(1000), `${"**a".repeat(100)}b`)).toBe(false);
  });
});

describe("retryDelayMs", () => {
  const answer = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });
  it("keeps to what the Hub asks for, and gives up where that is long or asking again is no use", () => {
    expect(retryDelayMs(answer(503), 500)).toBe(500);
    expect(retryDelayMs(answer(429, { "retry-after": "7" }), 500)).toBe(7000);
    expect(retryDelayMs(answer(429, { "retry-after": "0" }), 500)).toBe(500);
    expect(retryDelayMs(answer(429, { "retry-after": new Date(9000).toUTCString() }), 500, 1000)).toBe(8000);
    expect(retryDelayMs(answer(429, { ratelimit: '"api";r=0;t=12' }), 500)).toBe(12_000);
    expect(retryDelayMs(answer(429, { "retry-after": "600" }), 500)).toBeNull();
    expect(retryDelayMs(answer(404), 500)).toBeNull();
    expect(retryDelayMs(answer(401), 500)).toBeNull();
  });
});

describe("nextCursor", () => {
  it("takes the cursor only, whatever host the link names", () => {
    const link = (value: string) => nextCursor(new Headers({ link: value }), "https://hub.example");
    expect(link('<https://other.example/api/models?limit=2&cursor=abc%3D>; rel="next"')).toBe("abc=");
    expect(link('</x?cursor=1>; rel="prev", </x?cursor=2>; rel="next"')).toBe("2");
    expect(link("nonsense")).toBeNull();
    expect(nextCursor(new Headers(), "https://hub.example")).toBeNull();
  });
});

describe("splitCard", () => {
  it("parts front matter and text, and takes what is no YAML for none", () => {
    expect(splitCard("---\nlicense: mit\n---\n# A")).toEqual({ frontMatter: { license: "mit" }, text: "# A" });
    expect(splitCard("\uFEFF---\r\na: 1\r\n---\r\nB")).toEqual({ frontMatter: { a: 1 }, text: "B" });
    expect(splitCard("# A\n---\nb")).toEqual({ frontMatter: {}, text: "# A\n---\nb" });
    expect(splitCard("---\n{[\n---\nA")).toEqual({ frontMatter: {}, text: "A" });
    // A bomb of aliases.
    const bomb = `---\na: &a [x,x]\nb: &b [*a,*a]\nc: [*b,*b]\n---\nA`;
    expect(splitCard(bomb)).toEqual({ frontMatter: {}, text: "A" });
  });
});

describe("hubSettingsOf", () => {
  it("reads what Python's huggingface_hub reads", () => {
    const of = (variables: Record<string, string>) => hubSettingsOf(parseEnv(variables));
    expect(of({ HF_HOME: "/hf" })).toEqual({
      endpoint: "https://huggingface.co",
      token: null,
      tokenPath: join("/hf", "token"),
      isOffline: false,
      cacheDir: join("/hf", "hub"),
    });
    expect(
      of({
        HF_HOME: "/hf",
        HF_HUB_CACHE: "/cache",
        HF_TOKEN_PATH: "/t",
        HF_HUB_OFFLINE: "1",
        HF_TOKEN: "hf_x",
        HF_ENDPOINT: "http://mirror/",
      }),
    ).toEqual({
      endpoint: "http://mirror",
      token: "hf_x",
      tokenPath: "/t",
      isOffline: true,
      cacheDir: "/cache",
    });
    expect(of({ XDG_CACHE_HOME: "/xdg" }).cacheDir).toBe(join("/xdg", "huggingface", "hub"));
  });
});
