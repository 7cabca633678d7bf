"use client";

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { ApprovalFields } from "@/components/tiers/approval-fields";
import {
  addBand,
  currencyOf,
  effectOfBand,
  moveBand,
  removeBand,
  replaceBand,
  withCondition,
  withEffect,
  withThreshold,
} from "@/components/tiers/band-edits";
import { BandScale } from "@/components/tiers/band-scale";
import { bandSentence } from "@/components/tiers/band-sentence";
import { ConditionBuilder } from "@/components/tiers/condition-builder";
import { useEditor } from "@/components/tiers/editor-context";
import { MoneyField } from "@/components/tiers/money-field";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { announce } from "@/components/ui/live-region";
import { SegmentedControl } from "@/components/ui/radio-group";
import { sentence } from "@/components/ui/sentence";
import type { ApprovalSpec, Band } from "@/lib/policy/schema";

type Change = (bands: Band[], group?: string) => void;

/**
 * The bands of one cell: on a scale, in words, and one by one.
 * @param escalation whom a new approval asks first
 * @param onChange   with a group for changes that are one step together
 */
export function BandEditor({
  bands,
  escalation,
  onChange,
  onSettle,
}: {
  bands: readonly Band[];
  escalation: ApprovalSpec;
  onChange: Change;
  onSettle: () => void;
}) {
  const editor = useEditor();
  const currency = currencyOf(bands, editor.currency);
  const scaled = bands.some((band) => band.upTo !== undefined && band.currency === currency);
  return (
    <div className="flex flex-col gap-3">
      <p aria-live="polite" className="rounded-md bg-surface-sunken px-3 py-2 font-medium">
        {sentence(bandSentence(bands))}
      </p>
      {scaled && (
        <BandScale
          bands={bands}
          currency={currency}
          onMove={(index, amount) =>
            onChange(
              bands.map((band, at) => (at === index ? withThreshold(band, amount, currency) : band)),
              `threshold ${index}`,
            )
          }
          onSettle={onSettle}
        />
      )}
      <ol aria-label="Bands" className="flex flex-col gap-3">
        {bands.map((band, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: bands have no identity but their place
          <li key={index}>
            <BandCard
              bands={bands}
              band={band}
              index={index}
              currency={currency}
              escalation={escalation}
              onChange={onChange}
            />
          </li>
        ))}
      </ol>
      <Button className="w-fit" size="sm" onClick={() => onChange(addBand(bands, currency, escalation))}>
        <Plus aria-hidden />
        Add a band
      </Button>
    </div>
  );
}

function BandCard({
  bands,
  band,
  index,
  currency,
  escalation,
  onChange,
}: {
  bands: readonly Band[];
  band: Band;
  index: number;
  currency: string;
  escalation: ApprovalSpec;
  onChange: Change;
}) {
  const put = (next: Band, group?: string) => onChange(replaceBand(bands, index, next), group);
  const move = (by: -1 | 1) => {
    onChange(moveBand(bands, index, by));
    announce(`Band ${index + 1} is now band ${index + 1 + by}`);
  };
  return (
    <section aria-label={`Band ${index + 1}`} className="flex flex-col gap-3 rounded-lg border p-3">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-medium">{`Band ${index + 1}`}</h3>
        <span className="flex gap-1">
          <IconButton
            label={`Try band ${index + 1} earlier`}
            icon={<ArrowUp aria-hidden />}
            aria-disabled={index === 0}
            onClick={() => index > 0 && move(-1)}
          />
          <IconButton
            label={`Try band ${index + 1} later`}
            icon={<ArrowDown aria-hidden />}
            aria-disabled={index === bands.length - 1}
            onClick={() => index < bands.length - 1 && move(1)}
          />
          <IconButton
            label={`Remove band ${index + 1}`}
            icon={<Trash2 aria-hidden />}
            onClick={() => {
              onChange(removeBand(bands, index));
              announce(`Band ${index + 1} removed`);
            }}
          />
        </span>
      </div>
      <div className="grid items-start gap-3 sm:grid-cols-2">
        <SegmentedControl
          label={`What band ${index + 1} says`}
          labelHidden
          options={[
            { value: "allow", label: "Alone" },
            { value: "approval", label: "Approval" },
            { value: "deny", label: "Refused" },
          ]}
          value={effectOfBand(band.then)}
          onValueChange={(effect) => put(withEffect(band, effect, escalation))}
        />
        {band.upTo === undefined ? (
          <div className="flex flex-wrap items-center gap-2">
            <span className="text-muted">Any amount</span>
            <Button size="sm" onClick={() => put(withThreshold(band, suggested(bands, index, currency), currency))}>
              Set a threshold
            </Button>
          </div>
        ) : (
          <div className="flex items-start gap-1">
            <MoneyField
              label={`Band ${index + 1} up to`}
              value={{ amount: band.upTo, currency: band.currency ?? currency }}
              onChange={(money) => put(withThreshold(band, money.amount, money.currency), `amount ${index}`)}
            />
            <IconButton
              label={`Take the threshold of band ${index + 1} away`}
              icon={<Trash2 aria-hidden />}
              className="mt-6"
              onClick={() => put(withThreshold(band, undefined, undefined))}
            />
          </div>
        )}
      </div>
      {typeof band.then === "object" && (
        <ApprovalFields
          value={band.then.approval}
          onChange={(approval) => put({ ...band, then: { approval } }, `approval ${index}`)}
        />
      )}
      <ConditionBuilder
        label={`Only when (band ${index + 1})`}
        value={band.when}
        onChange={(when) => put(withCondition(band, when), `condition ${index}`)}
      />
    </section>
  );
}

/** Between the thresholds around it, or above the last. */
function suggested(bands: readonly Band[], index: number, currency: string): string {
  const below = bands.slice(0, index).findLast((band) => band.upTo !== undefined && band.currency === currency)?.upTo;
  const digits = below?.split(".")[1]?.length ?? 0;
  return below === undefined ? "500" : Math.min(Number(below) * 2, 1e15).toFixed(digits);
}
