/** Calls the management API of a running Countersign, as a pipeline would: bearer token, JSON, problem details as errors. */
export type Management = {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  put<T>(path: string, body: unknown): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete(path: string): Promise<void>;
};

/** A refusal of the management API. */
export class ManagementError extends Error {
  override name = "ManagementError";
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/**
 * @param url origin of the program
 * @throws ManagementError from every call that is refused
 */
export function management(url: string, token: string): Management {
  const call = async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(new URL(`/api/v1${path}`, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (answer.ok) return text === "" ? undefined : JSON.parse(text);
    const problem = text.startsWith("{") ? JSON.parse(text) : {};
    const fields = (problem.errors ?? []).map(
      (field: { path: string; message: string }) => `${field.path}: ${field.message}`,
    );
    const detail = [problem.detail ?? text.slice(0, 200), ...fields].join("; ");
    throw new ManagementError(
      answer.status,
      problem.code ?? "",
      `${method} /api/v1${path} answered ${answer.status}: ${detail}`,
    );
  };
  return {
    get: (path) => call("GET", path),
    post: (path, body) => call("POST", path, body),
    put: (path, body) => call("PUT", path, body),
    patch: (path, body) => call("PATCH", path, body),
    delete: (path) => call("DELETE", path),
  };
}

/** Makes sure that a person exists who can own agents. */
export async function ensureOwner(api: Management, email: string, name: string): Promise<void> {
  try {
    await api.post("/users", { email, name, roles: ["owner"], groups: [] });
  } catch (error) {
    if (!(error instanceof ManagementError && error.status === 409)) throw error;
  }
}

/** Registers and activates an agent and issues its first credential. */
export async function hire(
  api: Management,
  agent: { name: string; [member: string]: unknown },
  reason: string,
): Promise<{ id: string; secret: string }> {
  const { id } = await api.post<{ id: string }>("/agents", agent);
  await api.post(`/agents/${id}/activate`, { reason });
  const { secret } = await api.post<{ secret: string }>(`/agents/${id}/credentials`, { type: "secret" });
  return { id, secret };
}
