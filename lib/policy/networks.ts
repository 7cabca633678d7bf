/** IP addresses and networks in CIDR notation, IPv4 and IPv6 (RFC 4632, RFC 4291). An IPv4-mapped IPv6 address is the IPv4 one. */

type Address = { bits: 32 | 128; value: bigint };
export type Network = { bits: 32 | 128; value: bigint; prefix: number };

/** @returns `null` when the text is not one address in a usual spelling (no leading zeros, no zone) */
export function parseAddress(text: string): Address | null {
  if (text.length > 45) return null;
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4) return null;
  let value = 0n;
  for (const part of parts) {
    if (!/^(?:0|[1-9][0-9]{0,2})$/.test(part) || Number(part) > 255) return null;
    value = (value << 8n) | BigInt(part);
  }
  return { bits: 32, value };
}

function parseIpv6(text: string): Address | null {
  let rest = text;
  if (rest.includes(".")) {
    const colon = rest.lastIndexOf(":");
    const tail = parseIpv4(rest.slice(colon + 1));
    if (tail === null) return null;
    rest = `${rest.slice(0, colon + 1)}${(tail.value >> 16n).toString(16)}:${(tail.value & 0xffffn).toString(16)}`;
  }
  const halves = rest.split("::");
  if (halves.length > 2) return null;
  const head = groups(halves[0] as string);
  const tail = halves.length === 2 ? groups(halves[1] as string) : [];
  if (head === null || tail === null) return null;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  let value = 0n;
  for (const group of [...head, ...Array<number>(missing).fill(0), ...tail]) value = (value << 16n) | BigInt(group);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function groups(text: string): number[] | null {
  if (text === "") return [];
  const parts = text.split(":");
  return parts.every((part) => /^[0-9a-f]{1,4}$/i.test(part)) ? parts.map((part) => Number.parseInt(part, 16)) : null;
}

/** @throws RangeError when it is not `address/prefix` (or an address alone) with no bits set after the prefix */
export function parseNetwork(text: string): Network {
  const [addressText = "", prefixText, ...more] = text.split("/");
  const address = parseAddress(addressText);
  const refused = () => new RangeError(`\`${text}\` is not a network: write \`10.0.0.0/8\` or \`2001:db8::/32\``);
  if (address === null || more.length > 0) throw refused();
  if (prefixText !== undefined && !/^(?:0|[1-9][0-9]{0,2})$/.test(prefixText)) throw refused();
  const prefix = prefixText === undefined ? address.bits : Number(prefixText);
  if (prefix > address.bits || (address.value & ((1n << BigInt(address.bits - prefix)) - 1n)) !== 0n) throw refused();
  return { bits: address.bits, value: address.value, prefix };
}

export function networkContains(network: Network, address: Address): boolean {
  if (network.bits !== address.bits) return false;
  const shift = BigInt(network.bits - network.prefix);
  return network.value >> shift === address.value >> shift;
}
