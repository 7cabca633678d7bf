/**
 * Finds any of many words in a text in one pass (Aho–Corasick), whatever their number.
 * Letters A–Z are folded, `_` and `-` count as a space, and a word begins where no letter or digit precedes it:
 * `passport` is found in `Passport_number:` and in `passports`, `pin` is not found in `spinning`.
 */
export type WordFinder = (text: string) => boolean;

type Node = { next: Map<number, Node>; fail: Node | null; lengths: number[] };

/** @param words non-empty texts */
export function compileWords(words: readonly string[]): WordFinder {
  const root: Node = { next: new Map(), fail: null, lengths: [] };
  for (const word of words) {
    let node = root;
    for (let index = 0; index < word.length; index++) {
      const code = fold(word.charCodeAt(index));
      let child = node.next.get(code);
      if (child === undefined) {
        child = { next: new Map(), fail: root, lengths: [] };
        node.next.set(code, child);
      }
      node = child;
    }
    if (word.length > 0) node.lengths.push(word.length);
  }
  linkFailures(root);
  return (text) => {
    let node = root;
    for (let index = 0; index < text.length; index++) {
      const code = fold(text.charCodeAt(index));
      let child = node.next.get(code);
      while (child === undefined && node.fail !== null) {
        node = node.fail;
        child = node.next.get(code);
      }
      node = child ?? root;
      for (const length of node.lengths) if (startsWord(text, index + 1 - length)) return true;
    }
    return false;
  };
}

function linkFailures(root: Node): void {
  const queue: Node[] = [...root.next.values()];
  for (let index = 0; index < queue.length; index++) {
    const node = queue[index] as Node;
    for (const [code, child] of node.next) {
      let fail = node.fail;
      while (fail !== null && !fail.next.has(code)) fail = fail.fail;
      child.fail = fail?.next.get(code) ?? root;
      child.lengths = [...child.lengths, ...child.fail.lengths];
      queue.push(child);
    }
  }
}

function fold(code: number): number {
  if (code >= 0x41 && code <= 0x5a) return code + 32;
  return code === 0x5f || code === 0x2d ? 0x20 : code;
}

function startsWord(text: string, at: number): boolean {
  if (at === 0) return true;
  return !/[\p{L}\p{N}]/u.test(text[at - 1] as string);
}
