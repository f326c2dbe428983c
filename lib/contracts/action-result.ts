/** @file What a server action answers, and the body of an API answer that is not what was asked for. */
import type { ErrorCode } from "../errors";

export interface ActionFailure {
  ok: false;
  code: ErrorCode;
  /** One sentence for people. */
  message: string;
  /** Messages per form field. */
  fieldErrors?: Record<string, string[]>;
}

export type ActionResult<T> = { ok: true; data: T } | ActionFailure;
