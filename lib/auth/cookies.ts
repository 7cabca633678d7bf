// Names and flags of the cookies that sign-in uses. `__Host-` and Secure wherever people come by https; plain names only on loopback http.

export type SignInCookies = {
  secure: boolean;
  /** Holds the session. Strict: no request that another site starts is signed in. */
  session: string;
  /** Carries a one-time link over the redirect to the identity provider and back. */
  invitation: string;
  /** Prefix of the transient cookies of the sign-in flow. */
  prefix: "__Host-" | "";
};

/** @param publicUrl origin people use */
export function signInCookies(publicUrl: string): SignInCookies {
  const secure = publicUrl.startsWith("https:");
  const prefix = secure ? "__Host-" : "";
  return { secure, prefix, session: `${prefix}countersign-session`, invitation: `${prefix}countersign-invitation` };
}

/** The value of a cookie in a `Cookie` header; null when it is not there, or there twice. RFC 6265 §4.2 */
export function readCookie(header: string | null, name: string): string | null {
  const values = (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
  return values.length === 1 && values[0] ? values[0] : null;
}

/** Whether a `Cookie` header has the cookie at all. */
export function hasCookie(header: string | null, name: string): boolean {
  return (header ?? "").split(";").some((pair) => pair.trim().startsWith(`${name}=`));
}

/** How to delete a cookie: with its own flags, or a browser keeps a `__Host-` one. */
export function deletion(name: string, secure: boolean) {
  return { name, path: "/", secure, httpOnly: true } as const;
}
