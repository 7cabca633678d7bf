import { randomFillSync } from "node:crypto";

const pool = Buffer.allocUnsafeSlow(64 * 1024);
let used = pool.length;

/**
 * Random bytes from the operating system, drawn 64 KiB at a time: one call for each salt costs more than the salt's hash. Each byte is handed out once.
 * @param size at most 1,024
 * @returns a copy of its own
 */
export function randomPooled(size: number): Buffer {
  if (used + size > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const bytes = Buffer.from(pool.subarray(used, used + size));
  pool.fill(0, used, used + size);
  used += size;
  return bytes;
}
