// Where to go after signing in. Only a path of this site passes; everything a browser could read as another origin becomes the overview.

/**
 * A same-origin path from untrusted text, or `/`.
 * Refused: other schemes and hosts, `//host`, `/\host`, control characters that browsers strip, and the sign-in pages themselves.
 * @see WHATWG URL §4.4: backslash is slash in special URLs; tab, CR and LF are removed before parsing
 */
export function returnPath(text: unknown): string {
  if (typeof text !== "string" || text.length > 2048) return "/";
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(text)) return "/";
  const url = URL.parse(text, base);
  if (!url || url.origin !== base) return "/";
  const path = `${url.pathname}${url.search}${url.hash}`;
  if (path.startsWith("//") || /^\/(sign-in|welcome|api)(\/|\?|#|$)/.test(path)) return "/";
  return path;
}

const base = "http://countersign.invalid";
