"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Fragment, useEffect, useState } from "react";
import { type BatchActions, BatchBar } from "@/components/approvals/batch-bar";
import { InboxGroup } from "@/components/approvals/inbox-group";
import { InboxRow } from "@/components/approvals/inbox-row";
import { useGrouping } from "@/components/approvals/use-grouping";
import { useSelection } from "@/components/approvals/use-selection";
import { useLive } from "@/components/live/use-live";
import { useNow } from "@/components/live/use-now";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { EmptyState } from "@/components/ui/empty-state";
import { announce } from "@/components/ui/live-region";
import { Pagination } from "@/components/ui/pagination";
import { RetryButton } from "@/components/ui/retry-button";
import type { Sort } from "@/components/ui/sort";
import { SortHeader } from "@/components/ui/sort-header";
import { Switch } from "@/components/ui/switch";
import { Table, TableBody, TableHead, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { inboxPageQuery } from "@/lib/approvals/client";
import type { ApprovalPage, ApprovalSummary } from "@/lib/approvals/schema";
import { groupSimilar } from "@/lib/approvals/similar";

type InboxListProps = {
  /** The view as search parameters, without what is default. A new view is a new list: give it as `key` too. */
  search: string;
  initial: ApprovalPage;
  sort: Sort;
  /** Whether anything narrows the view beyond what the inbox shows by itself. */
  filtered: boolean;
  now: string;
  /** What decides several at once; left out for people who decide nothing. */
  batch: BatchActions | undefined;
};

const pollMilliseconds = 5_000;
const slowPollMilliseconds = 60_000;

/**
 * The requests of one view, kept current. Rows stay where they are: what is new waits behind a button, and what left the
 * view stays, marked, until the list is refreshed.
 */
export function InboxList({ search, initial, sort, filtered, now: rendered, batch }: InboxListProps) {
  const now = useNow(rendered);
  const client = useQueryClient();
  const connected = useLive("approvals", () => void client.invalidateQueries({ queryKey: ["approvals"] }));
  const { data, isError, dataUpdatedAt, refetch } = useQuery({
    ...inboxPageQuery(search),
    initialData: initial,
    initialDataUpdatedAt: Date.parse(rendered),
    refetchInterval: connected ? slowPollMilliseconds : pollMilliseconds,
  });

  const [rows, setRows] = useState(initial.items);
  if (rows.length === 0 && data.items.length > 0) setRows(data.items); // nothing is there that could move
  const latest = new Map(data.items.map((item) => [item.id, item]));
  const fresh = data.items.filter((item) => !rows.some((each) => each.id === item.id)).length;
  const left = rows.filter((item) => !latest.has(item.id)).length;
  const [grouped, setGrouped] = useGrouping();
  const [unfolded, setUnfolded] = useState<ReadonlySet<string>>(new Set());
  const groups: [ApprovalSummary, ...ApprovalSummary[]][] = grouped ? groupSimilar(rows) : rows.map((item) => [item]);
  const canChoose = (item: ApprovalSummary) => latest.get(item.id)?.canVote === true;
  const { selected, toggle, clear } = useSelection(groups.flat().flatMap((item) => (canChoose(item) ? [item.id] : [])));
  const choosing = batch !== undefined && rows.some((item) => item.canVote);

  useEffect(() => {
    if (fresh > 0) announce(`${fresh} new`);
  }, [fresh]);

  return (
    <div className="flex flex-col gap-2">
      <div className="flex min-h-7 flex-wrap items-center justify-between gap-2">
        {fresh + left > 0 ? (
          <Button size="sm" onClick={() => setRows(data.items)}>
            {[fresh > 0 && `${fresh} new`, left > 0 && `${left} no longer here`].filter(Boolean).join(", ")}: refresh
            the list
          </Button>
        ) : (
          <span />
        )}
        <Switch
          className="ml-auto"
          label="Group similar"
          checked={grouped}
          onChange={(event) => setGrouped(event.target.checked)}
        />
        <p className="text-muted text-xs">{connected ? "Live" : connected === false && "Updates every 5 seconds"}</p>
      </div>
      {isError && (
        <Banner tone="warning" title="Not up to date" action={<RetryButton retry={() => void refetch()} />}>
          What you see is from <Time value={new Date(dataUpdatedAt).toISOString()} now={now} />. Votes you cast are not
          lost.
        </Banner>
      )}
      {rows.length === 0 ? (
        filtered ? (
          <EmptyState kind="no-match" noun="requests" clearHref="/inbox" />
        ) : (
          <EmptyState kind="nothing" title="Nothing waits for a person">
            A request appears here by itself as soon as an agent asks for something that its rules leave to a person.
          </EmptyState>
        )
      ) : (
        <Table label="Requests">
          <TableHead>
            {choosing && (
              <Th className="w-8 pr-0">
                <span className="sr-only">Select</span>
              </Th>
            )}
            <Th>Request</Th>
            <SortHeader by="deadline" sort={sort}>
              Deadline
            </SortHeader>
            <SortHeader by="risk" first="desc" sort={sort} hideBelow="xl">
              Risk
            </SortHeader>
            <Th hideBelow="sm">Agent</Th>
            <SortHeader by="amount" first="desc" sort={sort} align="right" hideBelow="sm">
              Amount
            </SortHeader>
            <Th hideBelow="md">Recipient</Th>
            <Th hideBelow="lg">Owner</Th>
            <Th align="right" hideBelow="sm">
              Approved
            </Th>
            <SortHeader by="requestedAt" sort={sort} align="right" hideBelow="md">
              Asked
            </SortHeader>
          </TableHead>
          <TableBody>
            {groups.map((items) => {
              const [first] = items;
              const several = items.length > 1;
              const open = unfolded.has(first.id);
              const ids = items.flatMap((item) => (canChoose(item) ? [item.id] : []));
              const chosen = ids.filter((id) => selected.includes(id)).length;
              return (
                <Fragment key={first.id}>
                  {several && (
                    <InboxGroup
                      items={items}
                      now={now}
                      open={open}
                      onToggle={() => setUnfolded(without(unfolded, first.id) ?? new Set([...unfolded, first.id]))}
                      choice={choosing ? { ids, chosen, toggle: () => toggle(...ids) } : undefined}
                    />
                  )}
                  {(several && !open ? [] : items).map((item) => (
                    <InboxRow
                      key={item.id}
                      item={latest.get(item.id) ?? item}
                      href={`/inbox/${item.id}${search && `?${search}`}`}
                      now={now}
                      gone={!latest.has(item.id)}
                      nested={several}
                      choice={
                        choosing ? { chosen: selected.includes(item.id), toggle: () => toggle(item.id) } : undefined
                      }
                    />
                  ))}
                </Fragment>
              );
            })}
          </TableBody>
        </Table>
      )}
      {rows.length > 0 && (
        <Pagination
          shown={rows.length}
          total={data.total}
          noun="requests"
          searchParams={Object.fromEntries(new URLSearchParams(search))}
          nextCursor={data.nextCursor}
        />
      )}
      {batch && <BatchBar {...batch} selected={selected} onToggle={toggle} onClear={clear} />}
    </div>
  );
}

/** The set without one of its members, or null when it was none. */
function without(set: ReadonlySet<string>, member: string): ReadonlySet<string> | null {
  const rest = new Set(set);
  return rest.delete(member) ? rest : null;
}
