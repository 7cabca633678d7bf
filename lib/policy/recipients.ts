import { compileGlob, type Glob, isGlob, literalOf } from "./glob";

/**
 * Who a call is addressed to, read so that the mandate and the mail program cannot disagree: one text with several
 * addresses is several recipients, a display name is not part of the address, and anything else is unreadable.
 */

const plainAddress = /^[^\s<>@,;:"()[\]\\]+@[^\s<>@,;:"()[\]\\]+$/;
const namedAddress = /^[^<>@,;"]*<([^<>]*)>$/;

/**
 * @param text an address, several separated by `,` or `;`, or a name or account that has no `@`
 * @returns canonical recipients, at least one; `null` when it cannot be said who is meant
 */
export function readRecipients(text: string): string[] | null {
  if (text === "" || text.length > 16_384 || hasControlCharacter(text)) return null;
  if (!text.includes("@")) return [text];
  if (plainAddress.test(text)) return [lowerAscii(text)];
  const recipients: string[] = [];
  for (const part of text.split(/[,;]/)) {
    const trimmed = part.trim();
    const address = namedAddress.exec(trimmed)?.[1] ?? trimmed;
    if (!plainAddress.test(address)) return null;
    recipients.push(lowerAscii(address));
  }
  return recipients;
}

function hasControlCharacter(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f) return true;
  }
  return false;
}

/** Only A–Z: other scripts have letters whose lower case is an ASCII letter, which would let a look-alike in. */
function lowerAscii(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
}

export type RecipientAllowlist = (recipient: string) => boolean;

/**
 * @param entries exact recipients, or globs such as `*@acme.example`; addresses are compared without regard to case
 * @throws RangeError for a pattern with a broken escape
 */
export function compileRecipientAllowlist(entries: readonly string[]): RecipientAllowlist {
  const exact = new Set<string>();
  const domains = new Set<string>();
  const globs: Glob[] = [];
  for (const entry of entries) {
    const pattern = entry.includes("@") ? lowerAscii(entry) : entry;
    if (!isGlob(pattern)) exact.add(literalOf(pattern));
    else if (/^\*@[^*\\@]+$/.test(pattern)) domains.add(pattern.slice(2));
    else globs.push(compileGlob(pattern));
  }
  return (recipient) => {
    if (exact.has(recipient)) return true;
    const at = recipient.lastIndexOf("@");
    if (at >= 0 && domains.has(recipient.slice(at + 1))) return true;
    return globs.some((matches) => matches(recipient));
  };
}
