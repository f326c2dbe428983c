import { expect, test } from "vitest";
import { createRandom } from "../../create-random";
import { redact } from "../text-hit";
import { findSecrets } from "./find-secrets";

const random = createRandom("planted keys");
const from = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
const LOWER = "abcdefghijklmnopqrstuvwxyz";
const DIGITS = "0123456789";
const ALPHANUMERIC = LOWER + LOWER.toUpperCase() + DIGITS;
const HEX = `${DIGITS}abcdef`;
const BASE64 = `${ALPHANUMERIC}+/`;
const URL_SAFE = `${ALPHANUMERIC}_-`;
/** Written in two parts, so that scanners of this repository find nothing. */
const join = (...parts: string[]) => parts.join("");

/** One of each kind, as issuers make them. */
const KINDS: Record<string, () => string> = {
  "aws-access-key-id": () => join("AK", "IA", from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)),
  "aws-secret-key": () => `aws_secret_access_key = "${from(BASE64, 40)}"`,
  "github-token": () => join("gh", "p_", from(ALPHANUMERIC, 36)),
  "github-fine-grained-token": () => join("github", "_pat_", from(ALPHANUMERIC, 22), "_", from(ALPHANUMERIC, 59)),
  "gitlab-token": () => join("gl", "pat-", from(ALPHANUMERIC, 20)),
  "slack-token": () => join("xo", "xb-", from(DIGITS, 12), "-", from(DIGITS, 12), "-", from(ALPHANUMERIC, 24)),
  "slack-webhook": () =>
    join(
      "https://hooks.",
      "slack.com/services/T",
      from(ALPHANUMERIC, 8),
      "/B",
      from(ALPHANUMERIC, 8),
      "/",
      from(ALPHANUMERIC, 24),
    ),
  "stripe-key": () => join("sk_", "live_", from(ALPHANUMERIC, 24)),
  "google-api-key": () => join("AI", "za", from(ALPHANUMERIC, 35)),
  "azure-storage-key": () => join("Account", "Key=", from(BASE64, 86), "=="),
  "npm-token": () => join("np", "m_", from(ALPHANUMERIC, 36)),
  "pypi-token": () => join("py", "pi-AgE", from(URL_SAFE, 150)),
  "openai-key": () => join("sk", "-proj-", from(ALPHANUMERIC, 40), "T3Blbk", "FJ", from(ALPHANUMERIC, 40)),
  "anthropic-key": () => join("sk", "-ant-api03-", from(URL_SAFE, 93), "AA"),
  "hugging-face-token": () => join("h", "f_", from(LOWER + LOWER.toUpperCase(), 34)),
  "sendgrid-key": () => join("S", "G.", from(ALPHANUMERIC, 22), ".", from(ALPHANUMERIC, 43)),
  "twilio-key": () => join("S", "K", from(HEX, 32)),
  "digitalocean-token": () => join("dop", "_v1_", from(HEX, 64)),
  "telegram-bot-token": () => join(from("123456789", 10), ":A", "A", from(ALPHANUMERIC, 33)),
  jwt: () => join("ey", "J", from(ALPHANUMERIC, 33), ".ey", "J", from(ALPHANUMERIC, 80), ".", from(URL_SAFE, 43)),
  "private-key": () =>
    join(
      "-----BEGIN RSA PRIV",
      "ATE KEY-----\n",
      Array.from({ length: 12 }, () => from(BASE64, 64)).join("\n"),
      "\n-----END RSA PRIV",
      "ATE KEY-----",
    ),
  "password-in-address": () => `postgres://app:${from(ALPHANUMERIC, 16)}@db.internal.net:5432/main`,
  "assigned-secret": () => `client_secret: "${from(ALPHANUMERIC, 40)}"`,
};

test.each(Object.entries(KINDS))("%s is found wherever it stands, every time", (name, make) => {
  for (let i = 0; i < 40; i++) {
    const secret = make();
    const text = `const a = 1;\n// before\nconst value${i} = '${secret.replaceAll("'", "")}';\nexport { a };\n`;
    const hits = findSecrets(text);
    expect([name, secret, hits.map(({ rule }) => rule)]).toEqual([name, secret, expect.arrayContaining([name])]);
    const redacted = redact(text, hits);
    const hidden = secret
      .split(/["=:/@ ]/)
      .filter((part) => part.length > 14 && !/secret|postgres|hooks|internal/.test(part));
    for (const part of hidden) expect(redacted).not.toContain(part);
    expect(redacted.startsWith("const a = 1;\n// before\n") && redacted.endsWith(";\nexport { a };\n")).toBe(true);
  }
});

test("what looks like a secret and is none is left alone", () => {
  const innocent = [
    'const apiKey = process.env.OPENAI_API_KEY ?? "";',
    'password: "correct horse battery staple"',
    'const token = "your-api-token-goes-here-please";',
    '"integrity": "sha512-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmno=="',
    "postgres://postgres:postgres@localhost:5432/test",
    "https://user:password@example.com/",
    join("-----BEGIN PRIV", "ATE KEY-----\n...\n-----END PRIV", "ATE KEY-----"),
    'secret_key = "django-insecure-change-me-example"',
    "commit 3f786850e387550fdab836ed7e6dc881de23001b",
    "const SECRET_KEY_PATTERN = /[A-Za-z0-9]{40}/;",
  ];
  for (const text of innocent) expect([text, findSecrets(text)]).toEqual([text, []]);
});

test("a text of a million characters without an end takes no longer than its length", () => {
  for (const text of [
    "eyJ".repeat(300_000),
    `password="${"a".repeat(1_000_000)}`,
    "://".repeat(300_000),
    `${"x".repeat(500_000)}secret=`,
  ]) {
    expect(findSecrets(text)).toEqual([]);
  }
});
