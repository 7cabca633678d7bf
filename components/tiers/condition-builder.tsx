"use client";

import { clsx } from "clsx";
import { Ban, FolderPlus, Plus, Trash2 } from "lucide-react";
import { ConditionLine } from "@/components/tiers/condition-line";
import { firstComparison, groupOf, isGroup, negated, partsOf } from "@/components/tiers/condition-options";
import { Button } from "@/components/ui/button";
import { FieldSet } from "@/components/ui/field";
import { IconButton } from "@/components/ui/icon-button";
import { sentence } from "@/components/ui/sentence";
import { mostDepth } from "@/lib/policy/conditions";
import { describeCondition } from "@/lib/policy/describe";
import type { Condition } from "@/lib/policy/schema";

/**
 * A condition as lines and groups: every line compares one attribute, a group holds when all or any of its lines do, and lines and groups can be negated.
 * @param onChange `undefined` when the last line was removed
 */
export function ConditionBuilder({
  label,
  value,
  required,
  onChange,
}: {
  label: string;
  value: Condition | undefined;
  required?: boolean;
  onChange: (value: Condition | undefined) => void;
}) {
  return (
    <FieldSet label={label} optional={!required}>
      {value === undefined ? (
        <Button size="sm" className="w-fit" onClick={() => onChange(firstComparison)}>
          <Plus aria-hidden />
          Add a condition
        </Button>
      ) : (
        <div className="flex flex-col gap-2">
          <Node value={value} onChange={onChange} depth={1} name="1" removable={!required} />
          {!isGroup(value) && (
            <Button size="sm" className="w-fit" onClick={() => onChange({ all: [value, firstComparison] })}>
              <Plus aria-hidden />
              Add a line
            </Button>
          )}
          <p className="text-muted text-xs">{sentence(`when ${describeCondition(value)}`)}</p>
        </div>
      )}
    </FieldSet>
  );
}

type NodeProps = {
  value: Condition;
  onChange: (value: Condition | undefined) => void;
  depth: number;
  /** `1.2`: where it stands, so that every button has a name of its own. */
  name: string;
  removable: boolean;
};

function Node({ value, onChange, depth, name, removable }: NodeProps) {
  const negative = "not" in value;
  const inside = negative ? value.not : value;
  const put = (next: Condition | undefined) =>
    onChange(next === undefined ? undefined : negative ? { not: next } : next);
  const tools = (
    <span className="flex shrink-0 gap-1">
      <IconButton
        label={negative ? `Line ${name}: take the “not” away` : `Line ${name}: negate`}
        aria-pressed={negative}
        icon={<Ban aria-hidden />}
        onClick={() => onChange(negated(value))}
      />
      {removable && (
        <IconButton label={`Remove line ${name}`} icon={<Trash2 aria-hidden />} onClick={() => onChange(undefined)} />
      )}
    </span>
  );
  if (isGroup(inside) || "not" in inside)
    return (
      <div className={clsx("flex flex-col gap-2 rounded-md border p-2", depth % 2 === 0 && "bg-surface-sunken")}>
        <GroupLines value={inside} onChange={put} depth={depth} name={name} negative={negative} tools={tools} />
      </div>
    );
  return (
    <div className="flex items-start gap-2 rounded-md border p-2">
      {negative && <span className="mt-1.5 font-medium">Not</span>}
      <ConditionLine value={inside} onChange={put} name={name} />
      {tools}
    </div>
  );
}

/** A group, or a negation inside a negation, which is shown as a group of one. */
function GroupLines({
  value,
  onChange,
  depth,
  name,
  negative,
  tools,
}: {
  value: Exclude<Condition, { attribute: string }>;
  onChange: (value: Condition | undefined) => void;
  depth: number;
  name: string;
  negative: boolean;
  tools: React.ReactNode;
}) {
  const { joined, parts } = isGroup(value) ? partsOf(value) : { joined: "all" as const, parts: [value] };
  const put = (index: number, next: Condition | undefined) =>
    onChange(groupOf(joined, next === undefined ? parts.toSpliced(index, 1) : parts.with(index, next)));
  const add = (next: Condition) => onChange(groupOf(joined, [...parts, next]));
  return (
    <>
      <div className="flex items-center justify-between gap-2">
        <select
          aria-label={`How the lines of ${name} are joined`}
          value={joined}
          onChange={(event) => onChange(groupOf(event.target.value === "any" ? "any" : "all", parts))}
          className="control h-8 min-w-0 px-1"
        >
          <option value="all">{negative ? "Not all of these hold" : "All of these hold"}</option>
          <option value="any">{negative ? "None of these holds" : "Any of these holds"}</option>
        </select>
        {tools}
      </div>
      {parts.map((part, index) => (
        <Node
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no identity but their place
          key={index}
          value={part}
          onChange={(next) => put(index, next)}
          depth={depth + 1}
          name={`${name}.${index + 1}`}
          removable
        />
      ))}
      <div className="flex flex-wrap gap-1">
        <Button size="sm" onClick={() => add(firstComparison)}>
          <Plus aria-hidden />
          Add a line
        </Button>
        {depth < mostDepth - 1 && (
          <Button size="sm" onClick={() => add(joined === "all" ? { any: twoLines } : { all: twoLines })}>
            <FolderPlus aria-hidden />
            Add a group
          </Button>
        )}
      </div>
    </>
  );
}

const twoLines: Condition[] = [firstComparison, { ...firstComparison, value: "write" }];
