// Arrays in PostgreSQL's binary form: one dimension, lower bound 1. Text form would double the bytes and be parsed again.

/** bytea[] */
export function byteaArray(values: readonly (Uint8Array | null)[]): Buffer {
  let size = 20;
  for (const value of values) size += 4 + (value?.length ?? 0);
  const out = arrayHead(
    size,
    values.length,
    17,
    values.some((value) => value === null),
  );
  let at = 20;
  for (const value of values) {
    at = out.writeInt32BE(value ? value.length : -1, at);
    if (value) {
      out.set(value, at);
      at += value.length;
    }
  }
  return values.length === 0 ? out.subarray(0, 12) : out;
}

/** int4[] */
export function intArray(values: readonly number[]): Buffer {
  const out = arrayHead(20 + 8 * values.length, values.length, 23, false);
  let at = 20;
  for (const value of values) at = out.writeInt32BE(value, out.writeInt32BE(4, at));
  return values.length === 0 ? out.subarray(0, 12) : out;
}

function arrayHead(size: number, length: number, element: number, nulls: boolean): Buffer {
  const out = Buffer.allocUnsafe(size);
  out.writeInt32BE(length === 0 ? 0 : 1, 0);
  out.writeInt32BE(nulls ? 1 : 0, 4);
  out.writeInt32BE(element, 8);
  out.writeInt32BE(length, 12);
  out.writeInt32BE(1, 16);
  return out;
}
