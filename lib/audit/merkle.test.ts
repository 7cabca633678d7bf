import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  consistencyRanges,
  emptyFrontier,
  emptyRoot,
  type Frontier,
  fold,
  grow,
  inclusionRanges,
  pendingOf,
  type Range,
  rootOf,
  type Tile,
  verifyConsistency,
  verifyInclusion,
} from "./merkle";

const sha = (...parts: Uint8Array[]) => parts.reduce((at, part) => at.update(part), createHash("sha256")).digest();
const leaf = (data: Uint8Array) => sha(Buffer.from([0]), data);

/** RFC 6962 §2.1, word by word. */
function oracle(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return leaves[0] as Buffer;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha(Buffer.from([1]), oracle(leaves.slice(0, split)), oracle(leaves.slice(split)));
}

const leaves = Array.from({ length: 600 }, (_, at) => leaf(Buffer.from(`entry ${at}`)));
const hashesOf = (ranges: Range[]) => ranges.map(([from, to]) => oracle(leaves.slice(from, to)));
const flipped = (bytes: Uint8Array, at: number) =>
  Buffer.from(bytes.map((byte, index) => (index === at ? byte ^ 1 : byte)));

describe("RFC 6962", () => {
  test("the published roots of 0 to 8 leaves", () => {
    const data = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    const published = data.map((hex) => leaf(Buffer.from(hex, "hex")));
    const root = (size: number) => rootOf(grow(emptyFrontier(), published.slice(0, size)).frontier).toString("hex");
    expect(emptyRoot.toString("hex")).toMatch(/^e3b0c442/);
    expect(root(0)).toBe(emptyRoot.toString("hex"));
    expect(root(1)).toMatch(/^6e340b9c/);
    expect(root(8)).toMatch(/^5dc9da79.*4328$/);
  });

  test("every leaf of every tree up to 130 is proven, and no changed index, size, leaf, root or hash is", () => {
    for (let size = 1; size <= 130; size++) {
      const root = oracle(leaves.slice(0, size));
      for (let index = 0; index < size; index++) {
        const proof = hashesOf(inclusionRanges(index, size));
        const held = leaves[index] as Buffer;
        const check = (l: Uint8Array, i: number, s: number, p: Uint8Array[], r: Uint8Array) =>
          verifyInclusion(l, BigInt(i), BigInt(s), p, r);
        expect(check(held, index, size, proof, root)).toBe(true);
        const bit = (index * 7 + size) % 32;
        expect(check(flipped(held, bit), index, size, proof, root)).toBe(false);
        expect(check(held, index, size, proof, flipped(root, bit))).toBe(false);
        expect(check(held, size, size, proof, root)).toBe(false);
        expect(check(held, index, size, [...proof, root], root)).toBe(false);
        if (size > 1) {
          expect(check(held, (index + 1) % size, size, proof, root)).toBe(false);
          expect(check(held, index, size, proof.slice(1), root)).toBe(false);
          const at = index % proof.length;
          const changed = proof.map((one, which) => (which === at ? flipped(one, bit) : one));
          expect(check(held, index, size, changed, root)).toBe(false);
        }
      }
    }
  });

  test("every pair of sizes up to 130 is proven consistent, and no changed root, size or hash is", () => {
    const roots = Array.from({ length: 131 }, (_, size) => oracle(leaves.slice(0, size)));
    for (let newer = 1; newer <= 130; newer++) {
      for (let older = 1; older <= newer; older++) {
        const proof = hashesOf(consistencyRanges(older, newer));
        const check = (o: number, n: number, one: Uint8Array, two: Uint8Array, p: Uint8Array[]) =>
          verifyConsistency(BigInt(o), BigInt(n), one, two, p);
        const [before, after] = [roots[older] as Buffer, roots[newer] as Buffer];
        expect(check(older, newer, before, after, proof)).toBe(true);
        const bit = (older * 5 + newer) % 32;
        expect(check(older, newer, flipped(before, bit), after, proof)).toBe(false);
        expect(check(older, newer, before, flipped(after, bit), proof)).toBe(false);
        expect(check(older, newer, before, after, [...proof, after])).toBe(false);
        if (proof.length > 0) {
          expect(check(older, newer, before, after, proof.slice(1))).toBe(false);
          const changed = proof.map((one, which) => (which === newer % proof.length ? flipped(one, bit) : one));
          expect(check(older, newer, before, after, changed)).toBe(false);
        }
      }
    }
  });

  test("an older tree of no leaves proves nothing", () => {
    expect(verifyConsistency(0n, 0n, emptyRoot, emptyRoot, [])).toBe(false);
    expect(verifyConsistency(0n, 1n, emptyRoot, leaves[0] as Buffer, [])).toBe(false);
    expect(() => consistencyRanges(0, 1)).toThrow(RangeError);
    expect(() => inclusionRanges(3, 3)).toThrow(RangeError);
  });
});

describe("growth", () => {
  test("a tree that grows in any portions has the root of RFC 6962, and its full tiles hold its leaves", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 6 }), (portions) => {
        let frontier: Frontier = emptyFrontier();
        const tiles: Tile[] = [];
        for (const portion of portions) {
          const next = grow(frontier, leaves.slice(frontier.size, frontier.size + portion));
          tiles.push(...next.tiles);
          frontier = next.frontier;
        }
        expect(rootOf(frontier).equals(oracle(leaves.slice(0, frontier.size)))).toBe(true);
        expect(tiles.map(({ level, index }) => `${level}/${index}`)).toEqual(
          Array.from({ length: Math.floor(frontier.size / 256) }, (_, index) => `0/${index}`),
        );
        for (const tile of tiles) {
          const held = leaves.slice(tile.index * 256, tile.index * 256 + 256);
          expect(tile.hashes.equals(Buffer.concat(held))).toBe(true);
          expect(tile.root.equals(oracle(held))).toBe(true);
        }
        for (const { level, from, count } of pendingOf(frontier.size)) {
          expect(frontier.pending[level]?.length ?? 0).toBe(count);
          expect(from % 256).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test("a tree of more than 65,536 leaves has a tile of the second level, whose root is that of its leaves", () => {
    const many = Array.from({ length: 66_000 }, (_, at) => leaves[at % leaves.length] as Buffer);
    const { frontier, tiles } = grow(emptyFrontier(), many);
    const upper = tiles.filter(({ level }) => level === 1);
    expect(upper.map(({ index }) => index)).toEqual([0]);
    expect((upper[0] as Tile).root.equals(fold(many.slice(0, 65_536)))).toBe(true);
    expect(rootOf(frontier).equals(fold(many))).toBe(true);
    expect(pendingOf(66_000)).toEqual([
      { level: 0, from: 65_792, count: 208 },
      { level: 1, from: 256, count: 1 },
      { level: 2, from: 0, count: 1 },
    ]);
  });
});

const vectors = join(process.cwd(), "..", "shared", "vectors", "merkle");
type Inclusion = { leafIdx: string; treeSize: string; root: string; leafHash: string; proof: string[] | null };
type Consistency = { size1: string; size2: string; root1: string; root2: string; proof: string[] | null };
type Vector<Kind> = Kind & { desc: string; wantErr: boolean };
const read = <Kind>(name: string) => JSON.parse(readFileSync(join(vectors, name), "utf8")) as Vector<Kind>[];
const bytes = (text: string) => Buffer.from(text, "base64");

describe.skipIf(!existsSync(vectors))("published vectors (skipped where they are absent)", () => {
  test("98 inclusion proofs", () => {
    const all = read<Inclusion>("inclusion.json");
    expect(all.length).toBe(98);
    for (const one of all) {
      const valid = verifyInclusion(
        bytes(one.leafHash),
        BigInt(one.leafIdx),
        BigInt(one.treeSize),
        (one.proof ?? []).map(bytes),
        bytes(one.root),
      );
      expect(valid, one.desc).toBe(!one.wantErr);
    }
  });

  test("98 consistency proofs", () => {
    const all = read<Consistency>("consistency.json");
    expect(all.length).toBe(98);
    for (const one of all) {
      const valid = verifyConsistency(
        BigInt(one.size1),
        BigInt(one.size2),
        bytes(one.root1),
        bytes(one.root2),
        (one.proof ?? []).map(bytes),
      );
      expect(valid, one.desc).toBe(!one.wantErr);
    }
  });
});
