// The one list of error codes. A refusal is an AppError; a bug is `invariant`; an outcome (deny, already reviewed …) is a value, never an error.
// Wire form: RFC 9457 problem details with the stable member `code`.

const statusOf = {
  invalid_request: 400,
  invalid_input: 400,
  unauthenticated: 401,
  forbidden: 403,
  identity_mismatch: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_conflict: 409,
  idempotency_expired: 409,
  chain_diverged: 409,
  log_rolled_back: 409,
  state_changed: 409,
  already_reviewed: 409,
  approval_stale: 409,
  approval_expired: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  misdirected: 421,
  idempotency_mismatch: 422,
  too_many_requests: 429,
  internal: 500,
  audit_unavailable: 503,
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof statusOf;

/** One rule that one field broke. `path` is a JSON Pointer (RFC 6901) into the input, `""` for the whole. */
export type FieldError = { path: string; message: string };

type AppErrorOptions = {
  fields?: FieldError[];
  /** What the caller needs to go on from here: the current draft, the conflicts. Goes out as it is. */
  details?: unknown;
  cause?: unknown;
  retryAfterSeconds?: number;
};

/**
 * A refusal with a stable code. `message` is written for a stranger: lower case, no full stop, says what to change.
 * @see RFC 9457 for the wire form made by `toProblem`
 */
export class AppError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly fields: FieldError[];
  readonly details: unknown;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, publicMessage: string, options: AppErrorOptions = {}) {
    super(publicMessage, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.status = statusOf[code];
    this.fields = options.fields ?? [];
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

export type Problem = {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance?: string;
  errors?: FieldError[];
  details?: unknown;
};

/** SQLSTATE classes and codes, Prisma's codes, and what sockets say, when the database is away, full or too busy. */
const awayCodes =
  /^(?:08...|53...|57P0.|57014|58...|25006|P1001|P1002|P1008|P1017|P2024|P2028|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;
const awayMessages =
  /connection terminated|timeout exceeded when trying to connect|query read timeout|connection error and is not queryable|server closed the connection/i;

/** Whether something failed because the database cannot answer now: the same question may be asked again. */
function isDatabaseAway(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || error instanceof AppError || depth > 4) return false;
  const { code, originalCode, syscall } = error as { code?: unknown; originalCode?: unknown; syscall?: unknown };
  if (code === "ENOENT" && syscall === "connect") return true;
  if (awayCodes.test(String(code ?? "")) || awayCodes.test(String(originalCode ?? ""))) return true;
  return awayMessages.test(error.message) || isDatabaseAway(error.cause, depth + 1);
}

/** Problem details for any thrown value; what is not an AppError becomes a bare `unavailable` or `internal` without detail. */
export function toProblem(error: unknown, requestId?: string): Problem {
  const known =
    error instanceof AppError
      ? error
      : isDatabaseAway(error)
        ? new AppError("unavailable", "the database does not answer; ask again")
        : new AppError("internal", "something went wrong on our side");
  return {
    type: `urn:countersign:error:${known.code}`,
    title: known.code.replaceAll("_", " "),
    status: known.status,
    code: known.code,
    detail: known.message,
    ...(requestId ? { instance: `urn:countersign:request:${requestId}` } : {}),
    ...(known.fields.length > 0 ? { errors: known.fields } : {}),
    ...(known.details === undefined ? {} : { details: known.details }),
  };
}

/** The one 404: what a caller may not see answers exactly like what does not exist. */
export function notFound(): AppError {
  return new AppError("not_found", "no such object, or it is not visible to you");
}
