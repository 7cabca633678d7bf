import { formatCount } from "@/components/ui/money";

/** `1 change`, `1,240 changes`. */
export function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? "" : "s"}`;
}
