/**
 * @file What keys, tokens and passwords look like, from their issuers' documentation. `words`: a file without one of them
 * is not searched with the pattern. Group 1, where a pattern has one, is the secret itself.
 */

export interface SecretRule {
  name: string;
  words: readonly string[];
  pattern: RegExp;
  /** Bits of entropy per character that the secret must have, against placeholders and identifiers. */
  minEntropy?: number;
}

const rule = (name: string, words: string | string[], pattern: RegExp, minEntropy?: number): SecretRule => ({
  name,
  words: typeof words === "string" ? [words] : words,
  pattern,
  ...(minEntropy === undefined ? {} : { minEntropy }),
});

export const SECRET_RULES: readonly SecretRule[] = [
  rule("aws-access-key-id", ["AKIA", "ASIA", "ABIA", "ACCA"], /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/g, 3),
  rule(
    "aws-secret-key",
    ["aws", "AWS", "secret_access_key", "SecretAccessKey"],
    /(?:aws_?secret_?(?:access_?)?key|secret_?access_?key)["']?\s*(?:[:=]|=>|:=)\s*["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    4,
  ),
  rule("github-token", ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g, 3),
  rule("github-fine-grained-token", "github_pat_", /\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}\b/g, 3),
  rule(
    "gitlab-token",
    ["glpat-", "gldt-", "glrt-", "glptt-"],
    /\b(?:glpat|gldt|glrt|glptt)-[A-Za-z0-9_-]{20,64}(?![A-Za-z0-9_-])/g,
    3,
  ),
  rule(
    "slack-token",
    ["xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xapp-"],
    /\b(?:xox[baprs]|xapp)-[A-Za-z0-9-]{20,250}/g,
    3,
  ),
  rule(
    "slack-webhook",
    "hooks.slack.com",
    /https:\/\/hooks\.slack\.com\/(?:services|workflows)\/[A-Za-z0-9_/]{24,200}/g,
    3,
  ),
  rule(
    "stripe-key",
    ["sk_live_", "rk_live_", "sk_test_", "rk_test_", "whsec_"],
    /\b(?:[rs]k_(?:live|test)_[A-Za-z0-9]{20,247}|whsec_[A-Za-z0-9+/=]{32,64})/g,
    3,
  ),
  rule("google-api-key", "AIza", /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, 3),
  rule("google-oauth-secret", "GOCSPX-", /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g, 3),
  rule(
    "azure-storage-key",
    ["AccountKey", "SharedAccessKey"],
    /(?:AccountKey|SharedAccessKey)\s*=\s*([A-Za-z0-9+/]{43,88}={0,2})/g,
    3.5,
  ),
  rule("azure-client-secret", "8Q~", /\b[A-Za-z0-9_~.]{3}8Q~[A-Za-z0-9_~.-]{34}(?![A-Za-z0-9_~.-])/g, 3),
  rule("npm-token", ["npm_", "_authToken"], /\bnpm_[A-Za-z0-9]{36}\b|(?<=_authToken\s*=\s*)[A-Za-z0-9_-]{36,64}/g, 3),
  rule("pypi-token", "pypi-", /\bpypi-AgE[A-Za-z0-9_-]{50,300}/g, 3),
  rule(
    "openai-key",
    "sk-",
    /\bsk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,100}T3BlbkFJ[A-Za-z0-9_-]{20,100}|\bsk-[A-Za-z0-9]{48}\b/g,
    3.5,
  ),
  rule("anthropic-key", "sk-ant-", /\bsk-ant-[a-z0-9]{3,10}-[A-Za-z0-9_-]{80,120}/g, 3),
  rule("hugging-face-token", "hf_", /\bhf_[A-Za-z]{34}\b/g, 3),
  rule("sendgrid-key", "SG.", /\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g, 3),
  rule("mailgun-key", "key-", /\bkey-[0-9a-f]{32}\b/g, 3),
  rule("mailchimp-key", "-us", /\b[0-9a-f]{32}-us[0-9]{1,2}\b/g, 3),
  rule("twilio-key", ["SK", "AC"], /\bSK[0-9a-f]{32}\b/g, 3),
  rule(
    "twilio-auth-token",
    ["twilio", "TWILIO", "Twilio"],
    /twilio.{0,40}(?:auth|token|secret)[A-Za-z_]{0,20}["']?\s*[:=]\s*["']([0-9a-f]{32})["']/gi,
    3,
  ),
  rule("digitalocean-token", ["dop_v1_", "doo_v1_", "dor_v1_"], /\bdo[opr]_v1_[0-9a-f]{64}\b/g, 3),
  rule("shopify-token", ["shpat_", "shpca_", "shppa_", "shpss_"], /\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}\b/g, 3),
  rule("square-token", ["EAAA", "sq0"], /\bsq0(?:atp|csp|idp)-[A-Za-z0-9_-]{22,43}(?![A-Za-z0-9_-])/g, 3),
  rule("telegram-bot-token", ":AA", /\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g, 3),
  rule(
    "discord-webhook",
    ["discord.com/api/webhooks", "discordapp.com/api/webhooks"],
    /https:\/\/discord(?:app)?\.com\/api\/webhooks\/[0-9]{17,20}\/[A-Za-z0-9_-]{60,80}/g,
    3,
  ),
  rule("linear-key", "lin_api_", /\blin_api_[A-Za-z0-9]{40}\b/g, 3),
  rule("databricks-token", "dapi", /\bdapi[0-9a-f]{32}(?:-[0-9])?\b/g, 3),
  rule("docker-token", "dckr_pat_", /\bdckr_pat_[A-Za-z0-9_-]{27}(?![A-Za-z0-9_-])/g, 3),
  rule("vault-token", ["hvs.", "hvb."], /\bhv[bs]\.[A-Za-z0-9_-]{24,200}/g, 3),
  rule(
    "private-key",
    "PRIVATE KEY",
    /-----BEGIN (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:\\n|[\s\S]){40,10000}?-----END (?:[A-Z0-9]{2,12} ){0,2}PRIVATE KEY(?: BLOCK)?-----/g,
  ),
  rule("jwt", "eyJ", /\beyJ[A-Za-z0-9_-]{17,4000}\.eyJ[A-Za-z0-9_-]{17,8000}\.[A-Za-z0-9_-]{20,2000}/g, 3.5),
  rule(
    "password-in-address",
    "://",
    /\b[a-z][a-z0-9+.-]{2,20}:\/\/[^\s:@/?#'"`<>(){}$%]{1,100}:([^\s:@/'"`<>(){}$%*]{6,200})@(?!(?:example|localhost|127\.0\.0\.1|host|server|domain|hostname)\b)[A-Za-z0-9][A-Za-z0-9.-]{2,200}/g,
    3,
  ),
  rule(
    "assigned-secret",
    ["key", "KEY", "Key", "token", "TOKEN", "Token", "secret", "SECRET", "Secret", "passw", "PASSW", "Passw"],
    /\b[A-Za-z_]{0,40}(?:api_?key|auth_?token|access_?token|refresh_?token|bearer_?token|client_?secret|secret_?key|private_?key|app_?secret|password|passwd)["']?\s*(?:[:=]|=>|:=)\s*["'`]([A-Za-z0-9+/_.~=-]{24,200})["'`]/gi,
    4.2,
  ),
];
