// Passwords of local accounts: scrypt with a salt per password and the parameters in the stored text, so that they can be raised later.
// Stored. `scrypt$<log2 N>$<r>$<p>$<salt>$<key>`, base64url without padding. RFC 7914; OWASP Password Storage (N=2^15, r=8, p=3: 32 MiB).
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { AppError } from "@/lib/errors";
import { passwordLength } from "./password-length";

const current = { cost: 15, block: 8, parallel: 3 };
const form = /^scrypt\$(\d{2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

/** What is wrong with a new password, or null. Length first: composition rules push people to predictable choices (NIST SP 800-63B §3.1.1.2). */
export function passwordProblem(password: string, about: { email: string; name: string }): string | null {
  const text = prepared(password);
  if (text.length < passwordLength.min) return `must be at least ${passwordLength.min} characters`;
  if (text.length > passwordLength.max) return `must be at most ${passwordLength.max} characters`;
  if (new Set(text).size < 6) return "repeats too few different characters";
  const lower = text.toLowerCase();
  const words = [
    about.email,
    about.email.split("@")[0] ?? "",
    ...about.name.toLowerCase().split(/\s+/),
    "countersign",
    "password",
  ];
  const rest = words.filter((word) => word.length >= 4).reduce((left, word) => left.replaceAll(word, ""), lower);
  if (rest.length < passwordLength.min / 2) return "is mostly your name, your email or the name of this product";
  return null;
}

/** The text to store. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, current);
  return [
    "scrypt",
    current.cost,
    current.block,
    current.parallel,
    salt.toString("base64url"),
    key.toString("base64url"),
  ].join("$");
}

/**
 * Whether a password is the stored one. Without a stored one it works just as long and says no, so that an unknown account cannot be told by time.
 * @throws AppError `too_many_requests` when more are waiting than the machine can check soon
 */
export async function verifyPassword(password: string, stored: string | null): Promise<boolean> {
  const match = form.exec(stored ?? "");
  const salt = match?.[4] ? Buffer.from(match[4], "base64url") : Buffer.alloc(16);
  const parameters = match ? { cost: Number(match[1]), block: Number(match[2]), parallel: Number(match[3]) } : current;
  const key = await derive(password.length > passwordLength.max ? "" : password, salt, parameters);
  const expected = match?.[5] ? Buffer.from(match[5], "base64url") : Buffer.alloc(32);
  return timingSafeEqual(key, expected) && match !== null && password.length <= passwordLength.max;
}

/** The same characters typed on another keyboard are the same password. */
function prepared(password: string): string {
  return password.normalize("NFKC");
}

// Each check takes 32 MiB and a thread for about a fifth of a second; more than two at once would let sign-ins starve decisions of both.
const atOnce = 2;
const mayWait = 32;
let running = 0;
const waiting: (() => void)[] = [];

async function derive(password: string, salt: Buffer, { cost, block, parallel }: typeof current): Promise<Buffer> {
  if (running >= atOnce) {
    if (waiting.length >= mayWait)
      throw new AppError("too_many_requests", "too many people are signing in at once: try again in a moment", {
        retryAfterSeconds: 5,
      });
    await new Promise<void>((turn) => waiting.push(turn));
  } else {
    running++;
  }
  try {
    const N = 2 ** cost;
    return await new Promise((resolve, reject) => {
      scrypt(prepared(password), salt, 32, { N, r: block, p: parallel, maxmem: 160 * N * block }, (error, key) =>
        error ? reject(error) : resolve(key),
      );
    });
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
