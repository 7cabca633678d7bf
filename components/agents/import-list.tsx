"use client";

import { useState } from "react";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { InertText } from "@/components/ui/inert-text";
import { SegmentedControl } from "@/components/ui/radio-group";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import { Textarea } from "@/components/ui/textarea";
import { valuesOf } from "@/lib/agents/allowlist";
import type { MandateInput } from "@/lib/agents/mandate-input";
import { type Allowlist, allowlists, type ListLine, readList } from "@/lib/agents/read-list";

export const allowlistWords: Record<Allowlist, string> = {
  tools: "Tools",
  recipients: "Recipients",
  hosts: "Hosts",
  regions: "Regions",
};
const mostShown = 200;

/** Adds a pasted list to the mandate; every line says whether it is added, there already, or no value at all. */
export function ImportList({
  mandate,
  catalogue,
  add,
}: {
  mandate: MandateInput;
  catalogue: readonly string[];
  add: (kind: Allowlist, values: string[]) => void;
}) {
  const [open, setOpen] = useState(false);
  const [kind, setKind] = useState<Allowlist>("recipients");
  const [text, setText] = useState("");
  const lines = readList(kind, text, valuesOf(mandate, kind), new Set(catalogue));
  const of = (state: ListLine["state"]) => lines.filter((line) => line.state === state);
  const added = of("added");
  return (
    <Dialog
      trigger={<Button size="sm">From a list…</Button>}
      title="Import a list"
      description="One value a line, or a table whose first column it is."
      size="lg"
      open={open}
      onOpenChange={setOpen}
      footer={
        <>
          <Button onClick={() => setOpen(false)}>Cancel</Button>
          <Button
            variant="primary"
            disabled={added.length === 0}
            onClick={() => {
              add(
                kind,
                added.map((line) => line.value),
              );
              setText("");
              setOpen(false);
            }}
          >
            {added.length === 0 ? "Add" : `Add ${added.length}`}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <SegmentedControl
          label="Into"
          options={allowlists.map((value) => ({ value, label: allowlistWords[value] }))}
          value={kind}
          onValueChange={setKind}
        />
        <Field label="List">
          <Textarea
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={6}
            spellCheck={false}
            className="font-mono text-xs"
          />
        </Field>
        {lines.length > 0 && (
          <>
            <p aria-live="polite" className="text-muted">
              {added.length} to add, {of("duplicate").length} there already, {of("invalid").length} invalid and left
              out.
            </p>
            <Table label="Lines of the list">
              <TableHead>
                <Th align="right">Line</Th>
                <Th>Value</Th>
                <Th>What happens</Th>
              </TableHead>
              <TableBody>
                {lines
                  .toSorted((one, other) => order[one.state] - order[other.state] || one.line - other.line)
                  .slice(0, mostShown)
                  .map((line) => (
                    <Tr key={line.line}>
                      <Td align="right">{line.line}</Td>
                      <Td className="wrap-anywhere font-mono text-xs">
                        <InertText text={line.value} />
                      </Td>
                      <Td>
                        <Badge tone={tones[line.state]}>{words[line.state]}</Badge>
                        {line.why && (
                          <span className="ml-2 text-muted text-xs">
                            <InertText text={line.why} />
                          </span>
                        )}
                      </Td>
                    </Tr>
                  ))}
              </TableBody>
            </Table>
            {lines.length > mostShown && (
              <p className="text-muted text-xs">
                The first {mostShown} of {lines.length} lines are shown, what is invalid first.
              </p>
            )}
          </>
        )}
      </div>
    </Dialog>
  );
}

const order = { invalid: 0, duplicate: 1, added: 2 };
const words = { added: "Added", duplicate: "Duplicate", invalid: "Invalid" };
const tones = { added: "neutral", duplicate: "plain", invalid: "warning" } as const;
