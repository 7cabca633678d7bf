/**
 * Cedar expressions as text, with the little algebra that keeps them short: constants fold, parentheses stand only
 * where Cedar's grammar needs them. Knows Cedar's syntax and nothing of policies.
 * @see https://docs.cedarpolicy.com/policies/syntax-grammar.html
 */

export type Expression = { text: string; binds: "or" | "and" | "relation" | "atom"; parts?: readonly Expression[] };

export const yes: Expression = { text: "true", binds: "atom" };
export const no: Expression = { text: "false", binds: "atom" };

/** An attribute access, a call or a literal: binds tighter than anything. */
export const atom = (text: string): Expression => ({ text, binds: "atom" });
/** A comparison, `has` or `like`. */
export const relation = (text: string): Expression => ({ text, binds: "relation" });

export function and(...parts: Expression[]): Expression {
  return joined("and", " && ", yes, no, parts);
}

export function or(...parts: Expression[]): Expression {
  return joined("or", " || ", no, yes, parts);
}

function joined(
  binds: "and" | "or",
  sign: string,
  neutral: Expression,
  decisive: Expression,
  given: Expression[],
): Expression {
  const seen = new Map<string, Expression>();
  for (const part of given.flatMap((one) => (one.binds === binds ? (one.parts ?? [one]) : [one]))) {
    if (part.text === decisive.text) return decisive;
    if (part.text !== neutral.text) seen.set(part.text, part);
  }
  const parts = [...seen.values()];
  const [only] = parts;
  if (only === undefined) return neutral;
  if (parts.length === 1) return only;
  const weaker = binds === "and" ? ["or"] : ["and"];
  const text = parts.map((part) => (weaker.includes(part.binds) ? `(${part.text})` : part.text)).join(sign);
  return { text, binds, parts };
}

export function not(part: Expression): Expression {
  if (part.text === "true") return no;
  if (part.text === "false") return yes;
  const inner = negated.get(part);
  if (inner) return inner;
  const made = atom(part.binds === "atom" && !part.text.startsWith("!") ? `!${part.text}` : `!(${part.text})`);
  negated.set(made, part);
  return made;
}

/** What an expression negates, so that two negations cancel. */
const negated = new WeakMap<Expression, Expression>();

/** A Cedar string literal. Control characters, quotes and backslashes are escaped; the rest is itself. */
export function text(value: string): string {
  return `"${escaped(value)}"`;
}

export function texts(values: readonly string[]): string {
  return `[${values.map(text).join(", ")}]`;
}

function escaped(value: string): string {
  let made = "";
  for (const character of value.toWellFormed()) {
    const code = character.codePointAt(0) as number;
    if (character === '"' || character === "\\") made += `\\${character}`;
    else if (character === "\n") made += "\\n";
    else if (code < 0x20 || code === 0x7f || (code >= 0x80 && /[\p{C}\p{Z}]/u.test(character)))
      made += `\\u{${code.toString(16)}}`;
    else made += character;
  }
  return made;
}

/**
 * A pattern for Cedar's `like`: `*` stands for any run of characters, everything else for itself.
 * @param parts what stands between the stars
 */
export function likePattern(parts: readonly string[]): string {
  return `"${parts.map((part) => escaped(part).replaceAll("*", "\\*")).join("*")}"`;
}

/** A member of a record or an entity by name: `context.call`, `context.arguments["/to"]`. */
export function member(of: string, name: string): string {
  return isIdentifier(name) ? `${of}.${name}` : `${of}[${text(name)}]`;
}

export function has(of: string, name: string): Expression {
  return relation(`${of} has ${nameText(name)}`);
}

/** An attribute name as schemas and `has` take it: bare where it may be. */
export function nameText(name: string): string {
  return isIdentifier(name) ? name : text(name);
}

const reserved = new Set(["true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"]);

function isIdentifier(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && !reserved.has(name);
}
