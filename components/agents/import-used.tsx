"use client";

import { useState, useTransition } from "react";
import { allowlistWords } from "@/components/agents/import-list";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Dialog } from "@/components/ui/dialog";
import { InertText } from "@/components/ui/inert-text";
import { formatCount } from "@/components/ui/money";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { SegmentedControl } from "@/components/ui/radio-group";
import { Skeleton } from "@/components/ui/skeleton";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { valuesOf } from "@/lib/agents/allowlist";
import type { MandateInput } from "@/lib/agents/mandate-input";
import type { UsedAnswer } from "@/lib/agents/mandate-schema";
import { type Allowlist, allowlists } from "@/lib/agents/read-list";
import type { Problem } from "@/lib/errors";
import type { ServerAction } from "@/lib/http/action";

export type UsedBy = ServerAction<{ id: string; days?: number }, UsedAnswer>;
type Picked = Record<Allowlist, ReadonlySet<string>>;
const nothing: Picked = { tools: new Set(), recipients: new Set(), hosts: new Set(), regions: new Set() };
const ranges = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
] as const;

/** Adds to the mandate what the agent was allowed to do before. Nothing is taken before it is chosen, row by row. */
export function ImportUsed({
  id,
  mandate,
  used,
  add,
}: {
  id: string;
  mandate: MandateInput;
  used: UsedBy;
  add: (kind: Allowlist, values: string[]) => void;
}) {
  const [open, setOpen] = useState(false);
  const [days, setDays] = useState<"7" | "30" | "90">("30");
  const [answer, setAnswer] = useState<UsedAnswer>();
  const [problem, setProblem] = useState<Problem>();
  const [picked, setPicked] = useState<Picked>(nothing);
  const [, start] = useTransition();
  const load = (range: typeof days) => {
    setDays(range);
    setAnswer(undefined);
    setPicked(nothing);
    start(async () => {
      const result = await used({ id, days: Number(range) });
      setProblem(result.ok ? undefined : result.error);
      if (result.ok) setAnswer(result.data);
    });
  };
  const count = allowlists.reduce((sum, kind) => sum + picked[kind].size, 0);
  const pick = (kind: Allowlist, values: readonly string[], on: boolean) =>
    setPicked((held) => {
      const next = new Set(held[kind]);
      for (const value of values) on ? next.add(value) : next.delete(value);
      return { ...held, [kind]: next };
    });
  return (
    <Dialog
      trigger={<Button size="sm">From what it did…</Button>}
      title="From what it did"
      description="What it was allowed, also after an approval. What was refused is not offered."
      size="lg"
      open={open}
      onOpenChange={(next) => {
        setOpen(next);
        if (next) load(days);
      }}
      footer={
        <>
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button
            variant="primary"
            disabled={count === 0}
            onClick={() => {
              for (const kind of allowlists) if (picked[kind].size > 0) add(kind, [...picked[kind]]);
              setOpen(false);
            }}
          >
            {count === 0 ? "Add" : `Add ${count}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <SegmentedControl label="In the last" options={ranges} value={days} onValueChange={load} />
        <ProblemBanner problem={problem} />
        {!answer && !problem && <Skeleton className="h-64 w-full" />}
        {answer &&
          allowlists.map((kind) => (
            <UsedTable
              key={kind}
              kind={kind}
              rows={answer[kind]}
              held={new Set(valuesOf(mandate, kind))}
              picked={picked[kind]}
              pick={(values, on) => pick(kind, values, on)}
            />
          ))}
      </div>
    </Dialog>
  );
}

function UsedTable({
  kind,
  rows,
  held,
  picked,
  pick,
}: {
  kind: Allowlist;
  rows: UsedAnswer["hosts"];
  held: ReadonlySet<string>;
  picked: ReadonlySet<string>;
  pick: (values: readonly string[], on: boolean) => void;
}) {
  const word = allowlistWords[kind];
  if (rows === null)
    return (
      <section>
        <h3 className="font-medium">{word}</h3>
        <p className="text-muted">They are in the content of its decisions, which you may not read.</p>
      </section>
    );
  const open = rows.filter((row) => !held.has(row.value)).map((row) => row.value);
  return (
    <section className="flex flex-col gap-1">
      <h3 className="font-medium">{word}</h3>
      {rows.length === 0 ? (
        <p className="text-muted">None.</p>
      ) : (
        <Table label={`${word} it used`}>
          <TableHead>
            <Th className="relative w-10">
              <Checkbox
                label={`Add all ${word.toLowerCase()}`}
                labelHidden
                disabled={open.length === 0}
                checked={open.length > 0 && open.every((value) => picked.has(value))}
                indeterminate={picked.size > 0 && picked.size < open.length}
                onChange={(event) => pick(open, event.target.checked)}
              />
            </Th>
            <Th>{word}</Th>
            <Th align="right">Calls</Th>
          </TableHead>
          <TableBody>
            {rows.map((row) => (
              <Tr key={row.value} selected={picked.has(row.value)}>
                <Td className="relative">
                  {!held.has(row.value) && (
                    <Checkbox
                      label={`Add ${row.value}`}
                      labelHidden
                      checked={picked.has(row.value)}
                      onChange={(event) => pick([row.value], event.target.checked)}
                    />
                  )}
                </Td>
                <Td className="wrap-anywhere font-mono text-xs">
                  <InertText text={row.value} />
                  {held.has(row.value) && <span className="ml-2 font-sans text-muted">in the mandate</span>}
                </Td>
                <Td align="right">{formatCount(row.count)}</Td>
              </Tr>
            ))}
          </TableBody>
        </Table>
      )}
    </section>
  );
}
