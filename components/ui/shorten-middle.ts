/**
 * Shortens an id to its prefix, its first and its last characters: `dec_01jx4q…9k2fzz`.
 * @param keep characters kept at each end after the prefix (`agt_`, `sha256:`); 0 keeps everything
 */
export function shortenMiddle(value: string, keep = 6): string {
  const prefix = /^[a-z0-9]{2,8}[_:]/.exec(value)?.[0] ?? "";
  const rest = value.slice(prefix.length);
  if (keep === 0 || rest.length <= keep * 2 + 1) return value;
  return `${prefix}${rest.slice(0, keep)}…${rest.slice(-keep)}`;
}
