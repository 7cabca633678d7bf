// What a checkpoint says, and the proof file that carries one. C2SP tlog-checkpoint, tlog-proof@v1, tlog-tiles (paths). Pure.
import { AppError } from "@/lib/errors";

export type Checkpoint = { origin: string; size: number /** 32 bytes */; root: Buffer };

/** `origin`, size, root: three lines, no extension. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString("base64")}\n`;
}

/** @throws AppError `invalid_request` */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin, size, root, ...rest] = text.split("\n");
  const bytes = Buffer.from(root ?? "", "base64");
  const malformed = new AppError("invalid_request", "this is not a checkpoint");
  if (!origin || !/^(?:0|[1-9]\d{0,15})$/.test(size ?? "") || bytes.length !== 32 || bytes.toString("base64") !== root)
    throw malformed;
  if (rest.at(-1) !== "" || rest.slice(0, -1).some((line) => line === "")) throw malformed;
  return { origin, size: Number(size), root: bytes };
}

/** A `.tlog-proof` file: that a leaf is in the tree of the checkpoint note it ends with. */
export type TlogProof = { index: number; hashes: Buffer[]; note: string };

/** C2SP tlog-proof. */
export function tlogProof({ index, hashes, note }: TlogProof): string {
  const lines = hashes.map((one) => `${one.toString("base64")}\n`).join("");
  return `c2sp.org/tlog-proof@v1\nindex ${index}\n${lines}\n${note}`;
}

/** `extra` is read over: verifiers do not trust it. @throws AppError `invalid_request` */
export function parseTlogProof(text: string): TlogProof {
  const malformed = new AppError("invalid_request", "this is not a tlog-proof file");
  const split = text.indexOf("\n\n");
  const lines = text.slice(0, split).split("\n");
  if (split < 0 || lines.shift() !== "c2sp.org/tlog-proof@v1") throw malformed;
  if (lines[0]?.startsWith("extra ")) lines.shift();
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? "")?.[1];
  const hashes = lines.map((line) => Buffer.from(line, "base64"));
  if (index === undefined || hashes.length > 63) throw malformed;
  if (hashes.some((one, at) => one.length !== 32 || one.toString("base64") !== lines[at])) throw malformed;
  return { index: Number(index), hashes, note: text.slice(split + 2) };
}

/** Tile numbers are written in groups of three digits, all but the last after an `x`: 1234067 is `x001/x234/067`. */
export function tileNumber(index: number): string {
  const groups: string[] = [];
  for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, "0"));
  return groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join("/");
}

/**
 * A path below `/log/tile/`: `<level>/<number>` or `entries/<number>`, and `.p/<width>` for a tile that is not full.
 * @returns null when it is not one, or not written in the one right way
 */
export function parseTilePath(path: string): { level: number | "entries"; index: number; width: number } | null {
  const match = /^(entries|0|[1-9]\d?)\/((?:x\d{3}\/)*\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (!match) return null;
  const index = Number((match[2] as string).replaceAll(/[x/]/g, ""));
  const width = match[3] === undefined ? 256 : Number(match[3]);
  if (!Number.isSafeInteger(index) || tileNumber(index) !== match[2] || (match[3] !== undefined && width > 255))
    return null;
  const level = match[1] === "entries" ? "entries" : Number(match[1]);
  return level === "entries" || level < 64 ? { level, index, width } : null;
}
