import { parseTarget, type Target } from "./hosts";

/**
 * Finds where a text would lead a reader: addresses with a scheme, `www.` names, and bare names under a common
 * top-level domain. Linear in the text. It errs towards finding too much, because a link found only asks.
 */
export type Links = { targets: Target[]; unreadable: boolean };

/** Bare names count as links only here; a file name such as `notes.docx` is none. */
const topLevel = new Set(
  "app biz ch cloud cn co com de dev edu eu fr gov info io it link live me mobi net nl online org page pl ru sh shop site store tech top tv uk us xyz".split(
    " ",
  ),
);
const separators = /[\s<>()[\]{}"'`,;|]+/;
const mostLinks = 256;

export function findLinks(text: string): Links {
  const links: Links = { targets: [], unreadable: false };
  if (!text.includes(".") && !text.includes("://")) return links;
  for (const token of text.split(separators)) {
    const link = linkIn(token);
    if (link === null) continue;
    const target = parseTarget(link);
    if (target === null || links.targets.length >= mostLinks) links.unreadable = true;
    else links.targets.push(target);
  }
  return links;
}

function linkIn(token: string): string | null {
  const scheme = token.indexOf("://");
  if (scheme >= 0) {
    let start = scheme;
    while (start > 0 && /[a-z0-9+.-]/i.test(token[start - 1] as string)) start--;
    return trimEnd(token.slice(start));
  }
  const www = /(?:^|[^a-z0-9.@-])(www\.)/i.exec(token);
  if (www) return trimEnd(token.slice(www.index + www[0].length - 4));
  if (token.includes("@")) return null;
  const bare = trimEnd(token.slice(Math.max(token.lastIndexOf("="), token.lastIndexOf(":", token.length - 2)) + 1));
  const host = bare.split(/[/?#]/, 1)[0] as string;
  const dot = host.lastIndexOf(".");
  return dot > 0 && topLevel.has(host.slice(dot + 1).toLowerCase()) ? bare : null;
}

/** Punctuation that ends a sentence is not part of a link. */
function trimEnd(link: string): string {
  let end = link.length;
  while (end > 0 && ".!?:*_~".includes(link[end - 1] as string)) end--;
  return link.slice(0, end);
}
