import { get } from "react-hook-form";

type Found = { message?: unknown; root?: { message?: unknown } } | undefined;

/**
 * The message at a path inside an object of errors, or of the object itself.
 * @param path `budgets.0.amount`, or empty for the object
 */
export function errorAt(errors: unknown, path: string): string | undefined {
  const found = (path === "" ? errors : get(errors, path)) as Found;
  const message = found?.message ?? found?.root?.message;
  return typeof message === "string" && message !== "" ? message : undefined;
}

/** The same, or the first message of what is below: for a list that shows one error for all of its entries. */
export function errorBelow(errors: unknown, path: string): string | undefined {
  const own = errorAt(errors, path);
  const found: unknown = path === "" ? errors : get(errors, path);
  if (own || typeof found !== "object" || found === null) return own;
  for (const name of Object.keys(found)) {
    const message = name === "ref" ? undefined : errorBelow(found, name);
    if (message) return message;
  }
  return undefined;
}
