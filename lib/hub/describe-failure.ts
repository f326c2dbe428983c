/** @file The Hub's refusals in one sentence that says what to do. Codes: the header X-Error-Code, as the Hub sends it. */

import type { HubRepoType } from "@/lib/contracts/hub";
import { AppError } from "@/lib/errors";
import type { HubAnswer } from "./open-hub";
import { readBounded } from "./read-bounded";
import { repoPage } from "./repo-address";
import { askedSeconds } from "./retry-delay";

/** What a request was about. */
export interface HubSubject {
  type: HubRepoType;
  repo: string;
  revision?: string;
  path?: string;
}

export interface FailureContext {
  endpoint: string;
  hasToken: boolean;
  subject?: HubSubject | undefined;
}

export async function describeFailure(answer: HubAnswer, context: FailureContext): Promise<AppError> {
  const { response } = answer;
  const { endpoint, hasToken, subject } = context;
  const { status, headers } = response;
  const code = headers.get("x-error-code") ?? "";
  const said = (headers.get("x-error-message") ?? (await saidInBody(response))).slice(0, 300);
  const cause = new Error(`status ${status} ${code} ${said}`.trim());
  const fail = (kind: ConstructorParameters<typeof AppError>[0], message: string) =>
    new AppError(kind, message, { cause });
  const tokens = `${endpoint}/settings/tokens`;
  const name = subject === undefined ? "This" : `The ${subject.type} ${subject.repo}`;
  const page = subject === undefined ? endpoint : repoPage(endpoint, subject.type, subject.repo);

  if (code === "GatedRepo") {
    return hasToken
      ? fail(
          "forbidden",
          `${name} is gated, and the account of your HF_TOKEN has no access: ask for it on ${page}, and see that the token may read gated repositories.`,
        )
      : fail(
          "forbidden",
          `${name} is gated: ask for access on ${page}, then set HF_TOKEN to a token of that account, made at ${tokens}.`,
        );
  }
  if (status === 401 && hasToken && /invalid (credentials|username or password)|expired/i.test(said))
    return fail("unauthenticated", `The Hub refuses your HF_TOKEN: make a new one at ${tokens} and set it.`);
  if (code === "RevisionNotFound")
    return fail(
      "not_found",
      `${name} has no revision ${subject?.revision ?? ""}: choose a branch, a tag or a commit from ${page}.`,
    );
  if (code === "EntryNotFound")
    return fail(
      "not_found",
      `${name} has no file ${subject?.path ?? ""} at ${subject?.revision ?? "this revision"}: see ${page}.`,
    );
  if (/access to this resource is disabled/i.test(said))
    return fail(
      "forbidden",
      `The Hub has disabled access to ${subject?.repo ?? "this"}; nobody can read it at present.`,
    );
  if (code === "RepoNotFound" || (subject !== undefined && (status === 401 || status === 404)))
    return fail(
      "not_found",
      subject === undefined
        ? `There is no such thing at ${page}.`
        : `There is no ${subject.type} ${subject.repo} on the Hub, or it is private${hasToken ? " and not for the account of your HF_TOKEN" : ": check the name; for a private one set HF_TOKEN to a token that may read it"}.`,
    );
  if (status === 401)
    return fail("unauthenticated", `The Hub wants to know who asks: set HF_TOKEN to a token made at ${tokens}.`);
  if (status === 403)
    return fail(
      "forbidden",
      `The Hub does not allow this for your HF_TOKEN${said === "" ? "" : ` (${said})`}: see what the token may do at ${tokens}.`,
    );
  if (status === 429) {
    const seconds = askedSeconds(headers);
    return fail(
      "unavailable",
      `The Hub takes no more requests from here ${seconds === null ? "at present" : `for ${seconds} seconds`}${hasToken ? "" : "; with HF_TOKEN set it takes more"}. Try again later.`,
    );
  }
  if (status >= 500) return fail("unavailable", `The Hub has a fault of its own (status ${status}); try again later.`);
  return fail("unavailable", `The Hub refuses the request with status ${status}${said === "" ? "" : ` (${said})`}.`);
}

async function saidInBody(response: Response): Promise<string> {
  if (!response.headers.get("content-type")?.startsWith("application/json")) {
    await response.body?.cancel().catch(() => {});
    return "";
  }
  const text = await readBounded(response, 64_000, 5_000).catch(() => "");
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    return [error, message].find((part) => typeof part === "string") ?? "";
  } catch {
    return "";
  }
}
