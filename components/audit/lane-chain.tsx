import { clsx } from "clsx";
import { ArrowDown, ArrowRight, CircleCheck, CircleX, Unlink } from "lucide-react";
import Link from "next/link";
import { Fragment } from "react";
import type { ChainLink } from "@/lib/explorer/schema";

/** A piece of a lane as a picture: entries, their hashes, and whether each one links to the one before it. */
export function LaneChain({ chain, current }: { chain: readonly ChainLink[]; current: number }) {
  return (
    <ol aria-label="Entries around this one" className="flex flex-col items-stretch gap-1 xl:flex-row xl:items-center">
      {chain.map((link) => (
        <Fragment key={link.seq}>
          {link.linkFits !== null && <Joint fits={link.linkFits} seq={link.seq} />}
          <li
            aria-current={link.seq === current || undefined}
            className={clsx(
              "min-w-0 flex-1 rounded-md border px-2 py-1.5",
              link.seq === current ? "border-accent bg-surface-selected" : "border-border",
            )}
          >
            <div className="flex items-center justify-between gap-2">
              <Link
                href={link.id.startsWith("dec_") ? `/decisions/${link.id}` : `/audit/${link.id}`}
                className="tabular rounded-md font-medium hover:underline"
              >
                #{link.seq}
              </Link>
              {link.hashFits ? (
                <CircleCheck aria-label="hash fits" className="size-4 text-status-allow" />
              ) : (
                <CircleX aria-label="hash does not fit" className="size-4 text-status-deny" />
              )}
            </div>
            <div className="truncate text-muted text-xs">{link.kind.replaceAll("_", " ")}</div>
            <code className="block truncate font-mono text-xs" title={link.leaf}>
              {link.leaf.slice(0, 8)}
            </code>
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

function Joint({ fits, seq }: { fits: boolean; seq: number }) {
  return (
    <li className="grid place-items-center">
      <span className="sr-only">
        {fits ? `Entry ${seq} links to the entry before it` : `Entry ${seq} does not link to the entry before it`}
      </span>
      {fits ? (
        <>
          <ArrowDown aria-hidden className="size-4 text-muted xl:hidden" />
          <ArrowRight aria-hidden className="hidden size-4 text-muted xl:block" />
        </>
      ) : (
        <Unlink aria-hidden className="size-4 text-status-deny" />
      )}
    </li>
  );
}
