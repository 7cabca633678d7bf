import { seededRandom } from "@/prisma/seed/random";

/**
 * What both programs are asked, in the same order: an agent posts invoices. Four in five are within what it may do; of the rest, half
 * are above its limit and half use a tool it does not have. Every request body is filled up to 640 bytes with the words that
 * agents send along.
 */
export type Call = {
  id: string;
  tool: "ledger.post" | "ledger.close";
  amount: string;
  recipient: string;
  allowed: boolean;
};

export const limit = "500.00";
export const currency = "EUR";
export const bodyBytes = 640;

export const calls: readonly Call[] = (() => {
  const random = seededRandom("traffic");
  return Array.from({ length: 2_000 }, (_, index) => {
    const allowed = random.chance(0.8);
    const within = allowed || random.chance(0.5);
    const cents = within ? random.integer(100, 50_000) : random.integer(50_001, 900_000);
    return {
      id: `inv-${String(index).padStart(5, "0")}`,
      tool: allowed || !within ? "ledger.post" : "ledger.close",
      amount: `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`,
      recipient: `supplier-${random.integer(1, 40)}@example.com`,
      allowed,
    } as const;
  });
})();

/** JSON of exactly `bodyBytes` bytes: `make` gets the text that fills it up. */
export function filled(make: (reasoning: string) => unknown): string {
  const words =
    "The invoice matches the purchase order and the delivery note, the supplier is known, and payment is due this week. ";
  const bare = JSON.stringify(make("")).length;
  return JSON.stringify(make(words.repeat(9).slice(0, bodyBytes - bare)));
}

/** An HTTP/1.1 request, as bytes in latin1. */
export function postRequest(port: number, path: string, body: string, headers: Record<string, string> = {}): string {
  const lines = Object.entries({
    host: `127.0.0.1:${port}`,
    "content-type": "application/json",
    ...headers,
    "content-length": body.length,
  });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n${body}`;
}
