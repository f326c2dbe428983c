import { describe, expect, it } from "vitest";
import { parseEnv } from "./env";
import { parseEnvFile } from "./load-env-file";
import { pathsOf } from "./paths";

describe("parseEnv", () => {
  it("fills in defaults and takes an empty variable as absent", () => {
    const env = parseEnv({ PORT: "", DATABASE_URL: "  ", UNRELATED: "x" });
    expect(env).toMatchObject({
      HOST: "127.0.0.1",
      PORT: 7860,
      LOG_LEVEL: "info",
      SQL_DEBUG: false,
      CODETUNE_HOME: "data",
    });
    expect(env.DATABASE_URL).toBeUndefined();
  });

  it.each([
    ["false", false],
    ["False", false],
    ["0", false],
    ["no", false],
    ["true", true],
    ["1", true],
  ])("SQL_DEBUG=%s means %s", (text, value) => {
    expect(parseEnv({ SQL_DEBUG: text }).SQL_DEBUG).toBe(value);
  });

  it("names every bad variable in one line and repeats no value", () => {
    const bad = {
      PORT: "99999",
      SQL_DEBUG: "maybe",
      LOG_LEVEL: "loud",
      DATABASE_URL: "mysql://u:hunter2@h/d",
      HF_ENDPOINT: "ftp://x",
    };
    const message = (() => {
      try {
        parseEnv(bad);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    })();
    for (const name of Object.keys(bad)) expect(message).toContain(name);
    expect(message).not.toContain("\n");
    expect(message).not.toContain("hunter2");
  });

  it.each(["postgres://u:p@h/d", "postgresql://h/d", "file:./x.db", "libsql://x.turso.io", "http://127.0.0.1:8080"])(
    "takes %s as a database",
    (url) => {
      expect(parseEnv({ DATABASE_URL: url }).DATABASE_URL).toBe(url);
    },
  );

  it("refuses an address that no driver could read", () => {
    expect(() => parseEnv({ DATABASE_URL: "postgres://u:p@h:notaport/d" })).toThrow("DATABASE_URL");
  });
});

describe("pathsOf", () => {
  it("lets a server that others can reach read only its own folders", () => {
    const open = pathsOf(parseEnv({ HOST: "0.0.0.0", CODETUNE_HOME: "/srv/studio" }));
    expect(open.dataRoots).toEqual(["/srv/studio", open.repository]);
    expect(pathsOf(parseEnv({ SPACE_ID: "me/space" })).dataRoots).toHaveLength(2);
    const named = pathsOf(parseEnv({ HOST: "0.0.0.0", CODETUNE_DATA_ROOTS: "/data:/more" }));
    expect(named.dataRoots).toEqual(expect.arrayContaining(["/data", "/more"]));
  });
});

describe("parseEnvFile", () => {
  it("reads names, quotes and comments", () => {
    const text = `# a comment\nA=1\nexport B = two words \nC="quoted # not a comment" # comment\nD='x'\nE=a#b\nF=\nnonsense\n`;
    expect(parseEnvFile(text)).toEqual({
      A: "1",
      B: "two words",
      C: "quoted # not a comment",
      D: "x",
      E: "a#b",
      F: "",
    });
  });
});
