export type LockHolder = { pid: number; startedAt: string; address?: string };
export function lockHolder(path: string): LockHolder | null;
export function takeLock(
  path: string,
):
  | { taken: true; release: () => void; note: (facts: { address?: string }) => void }
  | { taken: false; holder: LockHolder };
