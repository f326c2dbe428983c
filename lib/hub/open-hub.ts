/** @file The connection to the Hub: one door for every request, so that one place decides who gets the token. */
import { readFile } from "node:fs/promises";
import { AppError } from "@/lib/errors";
import { describeFailure, type FailureContext, type HubSubject } from "./describe-failure";
import { followRedirects } from "./follow-redirects";
import { requireReachable } from "./reachability";
import { retryDelayMs } from "./retry-delay";

export interface HubOptions {
  /** Without a slash at the end. */
  endpoint: string;
  token: string | null;
  /** Read when `token` is null; may be missing. */
  tokenPath: string;
  isOffline: boolean;
  cacheDir: string;
  timeouts?: Partial<HubTimeouts>;
  /** How the token is sent; as a bearer token when absent. */
  credentialsOf?: (token: string) => Record<string, string>;
  /** Refusals in a sentence, for servers other than the Hub. */
  describe?: (answer: HubAnswer) => Promise<AppError>;
}

export interface HubTimeouts {
  /** Until the host takes the connection; beyond it the machine counts as offline. */
  connectMs: number;
  /** Until the answer begins. */
  answerMs: number;
  /** Between two pieces of an answer. */
  idleMs: number;
  /** Before the first repetition; doubled for each further one. */
  backOffMs: number;
}

const TIMEOUTS: HubTimeouts = { connectMs: 4_000, answerMs: 15_000, idleMs: 30_000, backOffMs: 500 };

export interface HubRequest {
  /** What is asked for, in failures' words. */
  subject?: HubSubject;
  method?: "GET" | "HEAD" | "POST" | "PUT";
  headers?: Record<string, string>;
  body?: BodyInit;
  signal?: AbortSignal | undefined;
  /** How often a passing fault is asked again. */
  retries?: number;
  /** Statuses that are answers to the caller. */
  allow?: readonly number[];
}

export interface HubAnswer {
  response: Response;
  /** Headers that the Hub itself sent before it sent us elsewhere (X-Repo-Commit, X-Linked-Etag, X-Linked-Size). */
  hubHeaders: Headers;
}

export interface Hub {
  readonly endpoint: string;
  readonly cacheDir: string;
  readonly isOffline: boolean;
  readonly timeouts: HubTimeouts;
  /** An answer with a good status. Errors: AppError in one sentence; the signal's own reason. */
  request(address: string, request?: HubRequest): Promise<HubAnswer>;
  /** For pushing only: creating and committing need it by name. Throws `unauthenticated` when there is none. */
  requireToken(): Promise<string>;
}

export function openHub(options: HubOptions): Hub {
  const endpoint = options.endpoint.replace(/\/+$/, "");
  const timeouts = { ...TIMEOUTS, ...options.timeouts };
  const credentialsOf = options.credentialsOf ?? ((bearer: string) => ({ authorization: `Bearer ${bearer}` }));
  const describe =
    options.describe ?? ((answer: HubAnswer, context: FailureContext) => describeFailure(answer, context));
  // The file anew each time: who signs in meanwhile need not start the studio again.
  const findToken = async () => options.token ?? (await readTokenFile(options.tokenPath));

  async function request(address: string, request: HubRequest = {}): Promise<HubAnswer> {
    const { signal, retries = 2, allow = [], subject } = request;
    if (options.isOffline)
      throw new AppError("unavailable", "HF_HUB_OFFLINE is set, so the Hub is not asked; unset it to go online.");
    const url = new URL(address.startsWith("/") ? `${endpoint}${address}` : address);
    const ourToken = await findToken();
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const isLast = attempt >= retries;
      let answer: HubAnswer;
      try {
        await requireReachable(endpoint, timeouts.connectMs);
        answer = await followRedirects(url, {
          ...request,
          endpoint,
          credentials: ourToken === null ? {} : credentialsOf(ourToken),
          answerMs: timeouts.answerMs,
        });
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof AppError && (isLast || error.code !== "unavailable" || isOfflineVerdict(error)))
          throw error;
        if (isLast) throw unreachable(endpoint, error);
        await sleep(timeouts.backOffMs * 2 ** attempt, signal);
        continue;
      }
      const { response } = answer;
      if (response.ok || allow.includes(response.status)) return answer;
      const delay = isLast ? null : retryDelayMs(response, timeouts.backOffMs * 2 ** attempt);
      if (delay === null) throw await describe(answer, { endpoint, hasToken: ourToken !== null, subject });
      await response.body?.cancel().catch(() => {});
      await sleep(delay, signal);
    }
  }

  return {
    endpoint,
    cacheDir: options.cacheDir,
    isOffline: options.isOffline,
    timeouts,
    request,
    async requireToken() {
      const found = await findToken();
      if (found !== null) return found;
      throw new AppError(
        "unauthenticated",
        `Pushing needs a token with the right to write: make one at ${endpoint}/settings/tokens and set HF_TOKEN to it.`,
      );
    },
  };
}

const isOfflineVerdict = (error: AppError): boolean => error.cause === "offline";

function unreachable(endpoint: string, cause: unknown): AppError {
  return new AppError("unavailable", `${endpoint} broke the connection off; try again in a moment.`, { cause });
}

async function readTokenFile(path: string): Promise<string | null> {
  const text = (await readFile(path, "utf8").catch(() => "")).trim();
  return text === "" ? null : text;
}

/** Ends early, with the signal's reason, when that aborts. */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, delayMs);
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    signal?.addEventListener("abort", stop, { once: true });
  });
}
