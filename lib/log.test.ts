import { afterEach, expect, test, vi } from "vitest";
import { log } from "./log";

const written: string[] = [];
vi.spyOn(process.stderr, "write").mockImplementation((chunk) => {
  written.push(String(chunk));
  return true;
});
afterEach(() => {
  written.length = 0;
});

// What ends a line or steers a terminal somewhere: C0, DEL, C1 with its one-character CSI, and the two line ends of Unicode.
const hostile = `${Array.from({ length: 0xa0 }, (_, at) => String.fromCharCode(at)).join("")}\u2028\u2029\r\n{"level":"info","message":"forged"}\u001b[2J`;

test("T13 whatever an event carries, it is one line of JSON without control characters", () => {
  log.error(hostile, { [hostile]: hostile, error: new Error(hostile), nested: { list: [hostile, 1n] } });
  log.warn("w", { cause: { message: hostile } });
  expect(written).toHaveLength(2);
  for (const chunk of written) {
    expect(chunk.match(/\n/g)).toHaveLength(1);
    expect(chunk.slice(0, -1)).toMatch(/^[^\p{Cc}\u2028\u2029]+$/u);
  }
  const event = JSON.parse(written[0] ?? "");
  expect(event.message).toBe(hostile);
  expect(event.nested.list).toEqual([hostile, "1"]);
  expect(event.level).toBe("error");
});
