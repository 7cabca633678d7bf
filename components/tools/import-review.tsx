"use client";

import { ChevronDown, ChevronRight } from "lucide-react";
import { Fragment, type KeyboardEvent, useState } from "react";
import { DefinitionDifferences } from "@/components/tools/definition-differences";
import { type RowChoice, rolesText } from "@/components/tools/row-choice";
import { type RoleName, roleWords } from "@/components/tools/words";
import { Badge } from "@/components/ui/badge";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";
import { Checkbox } from "@/components/ui/checkbox";
import { Field } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { InertText } from "@/components/ui/inert-text";
import { Input } from "@/components/ui/input";
import { Panel } from "@/components/ui/panel";
import { ProblemBanner } from "@/components/ui/problem-banner";
import { Select } from "@/components/ui/select";
import { sentence } from "@/components/ui/sentence";
import { effectWord, StatusBadge } from "@/components/ui/status-badge";
import { Table, TableBody, TableHead, Td, Th, Tr } from "@/components/ui/table";
import type { Problem } from "@/lib/errors";
import { type EffectClass, effectClasses } from "@/lib/policy/schema";
import type { ImportAnswer, ReviewRow } from "@/lib/tools/import-schema";

type ReviewProps = {
  review: ImportAnswer;
  choices: Record<string, RowChoice>;
  onChange: (name: string, choice: RowChoice) => void;
  onTakeAll: (taken: boolean) => void;
  problem: Problem | undefined;
  busy: boolean;
  back: () => void;
  take: () => void;
};

const order = { changed: 0, new: 1, same: 2 };

/** Every tool of a document in one dense table, to be confirmed one by one. Arrow keys move along the check boxes, Space takes. */
export function ImportReview({ review, choices, onChange, onTakeAll, problem, busy, back, take }: ReviewProps) {
  const [open, setOpen] = useState<string>();
  const rows = [...review.tools].sort((one, other) => order[one.state] - order[other.state]);
  const takable = rows.filter((row) => row.state !== "same");
  const taken = takable.filter((row) => choices[row.name]?.taken).length;
  const changed = rows.filter((row) => row.state === "changed" && row.stored?.source === review.source).length;
  const left = rows.filter(
    (row) => row.state === "changed" && row.stored?.source === review.source && !choices[row.name]?.taken,
  );
  return (
    <div className="flex flex-col gap-4">
      {review.notes.map((note) => (
        <Banner key={note} title={note} />
      ))}
      {changed > 0 && (
        <Banner
          tone="warning"
          title={`${changed} ${changed === 1 ? "tool has" : "tools have"} changed since it was sanctioned`}
        >
          A changed tool that you do not confirm is held: every call of it asks a person.
        </Banner>
      )}
      {review.refused.length > 0 && (
        <Panel title={`Cannot be taken over (${review.refused.length})`} flush>
          <ul className="divide-y">
            {review.refused.map((one) => (
              <li key={`${one.originalName} ${one.message}`} className="flex flex-wrap gap-x-2 px-4 py-1.5">
                <span className="wrap-anywhere font-mono text-xs">
                  <InertText text={one.originalName} />
                </span>
                <span className="text-muted">
                  <InertText text={sentence(one.message)} />
                </span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      <Panel
        title="Tools"
        description={`${rows.length} read from ${review.source}. Guesses are the worst that is not ruled out.`}
        flush
      >
        {/* biome-ignore lint/a11y/noStaticElementInteractions: arrow keys move the focus between its check boxes */}
        <div onKeyDown={moveBetweenBoxes}>
          <Table label="Tools of the document" framed={false}>
            <TableHead>
              <Th className="relative">
                <Checkbox
                  label="Sanction all that are new or changed"
                  labelHidden
                  checked={takable.length > 0 && taken === takable.length}
                  indeterminate={taken > 0 && taken < takable.length}
                  disabled={takable.length === 0}
                  onChange={(event) => onTakeAll(event.target.checked)}
                />
              </Th>
              <Th>Tool</Th>
              <Th>State</Th>
              <Th>Effect</Th>
              <Th>Undo</Th>
              <Th>Known arguments</Th>
              <Th className="relative">
                <span className="sr-only">Details</span>
              </Th>
            </TableHead>
            <TableBody>
              {rows.map((row) => {
                const choice = choices[row.name];
                if (!choice) return null;
                return (
                  <Fragment key={row.name}>
                    <ToolRow
                      row={row}
                      choice={choice}
                      onChange={(next) => onChange(row.name, next)}
                      open={open === row.name}
                      toggle={() => setOpen(open === row.name ? undefined : row.name)}
                    />
                    {open === row.name && (
                      <Tr>
                        <Td colSpan={7} className="py-3 align-top">
                          <Details row={row} choice={choice} onChange={(next) => onChange(row.name, next)} />
                        </Td>
                      </Tr>
                    )}
                  </Fragment>
                );
              })}
            </TableBody>
          </Table>
        </div>
      </Panel>
      <ProblemBanner problem={problem} />
      <div className="flex flex-wrap items-center justify-end gap-2">
        <span className="mr-auto text-muted">
          {taken} of {takable.length} will be sanctioned
          {left.length > 0 && `, ${left.length} will be held`}. One new policy version.
        </span>
        <Button onClick={back}>Back</Button>
        <Button variant="primary" busy={busy} disabled={taken === 0 && left.length === 0} onClick={take}>
          {taken === 0 && left.length > 0
            ? `Hold ${left.length} changed`
            : `Sanction ${taken} ${taken === 1 ? "tool" : "tools"}`}
        </Button>
      </div>
    </div>
  );
}

function ToolRow({
  row,
  choice,
  onChange,
  open,
  toggle,
}: {
  row: ReviewRow;
  choice: RowChoice;
  onChange: (choice: RowChoice) => void;
  open: boolean;
  toggle: () => void;
}) {
  const same = row.state === "same";
  return (
    <Tr selected={choice.taken}>
      <Td className="relative">
        {!same && (
          <Checkbox
            label={`Sanction ${row.name}`}
            labelHidden
            data-take
            checked={choice.taken}
            onChange={(event) => onChange({ ...choice, taken: event.target.checked })}
          />
        )}
      </Td>
      <Td className="min-w-44 max-w-80">
        <span className="wrap-anywhere font-mono text-xs">{row.name}</span>
        {!row.name.endsWith(row.originalName) && (
          <div className="truncate text-muted text-xs">
            named <InertText text={row.originalName} />
          </div>
        )}
      </Td>
      <Td>
        {row.state === "changed" ? (
          <StatusBadge kind="tool" value="changed" />
        ) : (
          <Badge tone="neutral">{same ? "Same" : "New"}</Badge>
        )}
      </Td>
      <Td>
        <Select
          aria-label={`Effect of ${row.name}`}
          options={effectClasses.map((effect) => ({ value: effect, label: effectWord(effect) }))}
          value={choice.effect}
          disabled={same}
          onChange={(event) => onChange({ ...choice, effect: event.target.value as EffectClass })}
          className="min-w-32"
        />
      </Td>
      <Td className="relative">
        <Checkbox
          label={`What ${row.name} does can be undone`}
          labelHidden
          checked={choice.reversible}
          disabled={same}
          onChange={(event) => onChange({ ...choice, reversible: event.target.checked })}
        />
      </Td>
      <Td className="max-w-64 truncate text-muted text-xs">
        {rolesText(choice)}
        {row.dropped.length > 0 && (
          <div>
            {row.dropped.length} schema {row.dropped.length === 1 ? "keyword" : "keywords"} left out
          </div>
        )}
      </Td>
      <Td align="right" className="relative">
        <IconButton
          label={`${open ? "Hide" : "Show"} details of ${row.name}`}
          aria-expanded={open}
          icon={open ? <ChevronDown aria-hidden /> : <ChevronRight aria-hidden />}
          onClick={toggle}
        />
      </Td>
    </Tr>
  );
}

function Details({
  row,
  choice,
  onChange,
}: {
  row: ReviewRow;
  choice: RowChoice;
  onChange: (choice: RowChoice) => void;
}) {
  return (
    <div className="left-3 flex max-w-4xl flex-col gap-4 max-sm:sticky max-sm:w-72 sm:pl-10">
      {row.description && (
        <p className="max-w-prose">
          <InertText text={row.description} lines />
        </p>
      )}
      <p className="text-muted">
        Guessed {effectWord(row.effect).toLowerCase()}: {row.because.join("; ")}.
        {row.byName && ` Its name speaks of ${effectWord(row.byName).toLowerCase()}.`}
        {row.stored &&
          row.stored.effect !== row.effect &&
          ` In the catalogue it is ${effectWord(row.stored.effect).toLowerCase()}.`}
      </p>
      {row.stored && row.stored.source !== "manual" && row.state === "changed" && (
        <p className="text-muted">Sanctioned from {row.stored.source}.</p>
      )}
      <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {(Object.keys(roleWords) as RoleName[]).map((role) => (
          <Field key={role} label={roleWords[role].label}>
            <Input
              value={choice.roles[role]}
              disabled={row.state === "same"}
              list={`arguments-${row.name}`}
              onChange={(event) => onChange({ ...choice, roles: { ...choice.roles, [role]: event.target.value } })}
              spellCheck={false}
              autoComplete="off"
              className="font-mono"
            />
          </Field>
        ))}
        <Field label="Currency of its amounts">
          <Input
            value={choice.currency}
            disabled={row.state === "same"}
            onChange={(event) => onChange({ ...choice, currency: event.target.value.toUpperCase() })}
            maxLength={3}
            autoComplete="off"
          />
        </Field>
      </div>
      <datalist id={`arguments-${row.name}`}>
        {row.argumentNames.map((name) => (
          <option key={name} value={`/${name}`} />
        ))}
      </datalist>
      {row.differences.length > 0 && <DefinitionDifferences differences={row.differences} />}
      {row.dropped.length > 0 && (
        <section>
          <h3 className="mb-1 font-medium">Not enforced, and left out of its schema</h3>
          <ul className="flex flex-col gap-0.5 text-muted text-xs">
            {row.dropped.slice(0, 40).map((one) => (
              <li key={`${one.at} ${one.keyword}`}>
                <code className="wrap-anywhere font-mono">
                  <InertText text={one.keyword} />
                </code>{" "}
                at{" "}
                <code className="wrap-anywhere font-mono">
                  <InertText text={one.at || "/"} />
                </code>
                : {one.why}
              </li>
            ))}
            {row.dropped.length > 40 && <li>and {row.dropped.length - 40} more</li>}
          </ul>
        </section>
      )}
    </div>
  );
}

/** Up and down go from check box to check box; nothing is taken by moving. */
function moveBetweenBoxes(event: KeyboardEvent<HTMLDivElement>) {
  const target = event.target as HTMLElement;
  if (!target.matches("[data-take]") || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const boxes = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-take]")];
  const next = boxes[boxes.indexOf(target) + (event.key === "ArrowDown" ? 1 : -1)];
  event.preventDefault();
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}
