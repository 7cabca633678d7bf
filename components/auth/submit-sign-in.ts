/** How the browser asks the sign-in endpoints: a token against forged forms first, then the answer as an address whose `error` names a refusal. */

export type SignInProblem = "wrong" | "too_many_requests" | "unavailable";

async function post(path: string, fields: Record<string, string>): Promise<string | null> {
  const csrf = (await (await fetch("/api/auth/csrf", { cache: "no-store" })).json()) as { csrfToken: string };
  const response = await fetch(`/api/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, csrfToken: csrf.csrfToken, json: "true" }),
  });
  return response.headers.get("content-type")?.includes("application/json")
    ? (((await response.json()) as { url?: string }).url ?? null)
    : null;
}

/**
 * Signs in with one of our own ways.
 * @returns null when signed in, else what to say
 */
export async function submitSignIn(
  way: "password" | "sample",
  fields: Record<string, string>,
): Promise<SignInProblem | null> {
  try {
    const url = await post(`callback/${way}`, { ...fields, callbackUrl: "/" });
    if (!url) return "unavailable";
    const error = new URL(url, location.origin).searchParams.get("error");
    if (!error) return null;
    return error === "CredentialsSignin"
      ? "wrong"
      : error === "too_many_requests"
        ? "too_many_requests"
        : "unavailable";
  } catch {
    return "unavailable";
  }
}

/** Leaves for the identity provider. @returns false when that could not be started */
export async function leaveForProvider(to: string): Promise<boolean> {
  try {
    const url = await post("signin/oidc", { callbackUrl: to });
    if (!url || new URL(url, location.origin).searchParams.has("error")) return false;
    location.assign(url);
    return true;
  } catch {
    return false;
  }
}
