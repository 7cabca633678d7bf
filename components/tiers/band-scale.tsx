"use client";

import { clsx } from "clsx";
import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { effectOfBand } from "@/components/tiers/band-edits";
import { amountWords } from "@/components/tiers/band-sentence";
import {
  amountAt,
  between,
  marksOf,
  positionOf,
  type Scale,
  scaleFor,
  stepFrom,
} from "@/components/tiers/threshold-scale";
import type { Band } from "@/lib/policy/schema";

const looks = {
  allow: { word: "Alone", className: "bg-status-allow-soft text-status-allow" },
  approval: { word: "Approval", className: "bg-status-pending-soft text-status-pending" },
  deny: { word: "Refused", className: "bg-status-deny-soft text-status-deny" },
} as const;

type Thumb = { index: number; amount: string; least: string | undefined; most: string | undefined };

/**
 * Bands on a scale of amounts. Each threshold is dragged, or moved by key: arrows by a little, Page Up and Page Down by a lot, Home and End to its
 * neighbors; the exact amount is typed in the band below. Bands of another currency are not on the scale.
 * @param onMove called while a threshold moves; `onSettle` when it rests
 */
export function BandScale({
  bands,
  currency,
  onMove,
  onSettle,
}: {
  bands: readonly Band[];
  currency: string;
  onMove: (index: number, amount: string) => void;
  onSettle: () => void;
}) {
  const track = useRef<HTMLDivElement>(null);
  const [dragged, setDragged] = useState<{ index: number; scale: Scale } | null>(null);
  const thumbs = thumbsOf(bands, currency);
  // A scale that grew under the pointer would run away from it.
  const scale =
    dragged?.scale ??
    scaleFor(
      thumbs.map(({ amount }) => amount),
      currency,
    );
  const place = (event: PointerEvent) => {
    const box = track.current?.getBoundingClientRect();
    return box && box.width > 0 ? (event.clientX - box.left) / box.width : 0;
  };
  const byKey = (event: KeyboardEvent, { index, amount, least, most }: Thumb) => {
    const step = keySteps[event.key];
    const end = event.key === "Home" ? (least ?? stepFrom("0", "down", scale)) : event.key === "End" ? most : undefined;
    if (event.ctrlKey || event.metaKey || event.altKey || (!step && event.key !== "Home" && event.key !== "End"))
      return;
    event.preventDefault();
    if (step) onMove(index, between(stepFrom(amount, step, scale), least, most));
    else if (end !== undefined) onMove(index, end);
  };
  return (
    <div className="px-3 pt-6 pb-1">
      <div ref={track} className="relative h-8">
        <Segments bands={bands} thumbs={thumbs} scale={scale} />
        {thumbs.map((thumb, at) => {
          const position = positionOf(thumb.amount, scale);
          const before = at > 0 ? positionOf(thumbs[at - 1]?.amount ?? 0, scale) : -1;
          const active = dragged?.index === thumb.index;
          return (
            <div
              key={thumb.index}
              role="slider"
              tabIndex={0}
              aria-label={`Threshold of band ${thumb.index + 1}`}
              aria-valuemin={Number(thumb.least ?? 0)}
              aria-valuemax={Number(thumb.most ?? scale.most)}
              aria-valuenow={Number(thumb.amount)}
              aria-valuetext={`${amountWords(thumb.amount)} ${currency}`}
              aria-orientation="horizontal"
              style={{ left: `${position * 100}%` }}
              className="group absolute inset-y-0 -ml-3 flex w-6 cursor-ew-resize touch-none justify-center rounded-md"
              onKeyDown={(event) => byKey(event, thumb)}
              onKeyUp={onSettle}
              onBlur={onSettle}
              onPointerDown={(event) => {
                if (event.button !== 0) return;
                event.currentTarget.setPointerCapture(event.pointerId);
                event.currentTarget.focus();
                setDragged({ index: thumb.index, scale });
              }}
              onPointerMove={(event) => {
                if (active) onMove(thumb.index, between(amountAt(place(event), scale), thumb.least, thumb.most));
              }}
              onPointerUp={() => {
                setDragged(null);
                onSettle();
              }}
              onPointerCancel={() => {
                setDragged(null);
                onSettle();
              }}
            >
              <span className="h-full w-1 rounded-md bg-accent group-hover:w-1.5" />
              <span className="absolute top-1/2 size-4 -translate-y-1/2 rounded-full border-2 border-accent bg-surface-raised" />
              <span
                aria-hidden
                className={clsx(
                  "tabular pointer-events-none absolute bottom-full mb-0.5 whitespace-nowrap text-xs",
                  active ? "font-medium" : "text-muted",
                  !active && position - before < 0.14 && at > 0 && "hidden group-focus:inline",
                )}
              >
                {amountWords(thumb.amount)}
              </span>
            </div>
          );
        })}
      </div>
      <div aria-hidden className="relative h-4 text-muted text-xs">
        {marksOf(scale).map((mark) => (
          <span
            key={mark}
            style={{ left: `${positionOf(mark, scale) * 100}%` }}
            className="tabular absolute -translate-x-1/2 whitespace-nowrap"
          >
            {shortAmount(mark)}
          </span>
        ))}
      </div>
    </div>
  );
}

/** The stretches between the thresholds. They repeat in color and word what the bands below say in full. */
function Segments({ bands, thumbs, scale }: { bands: readonly Band[]; thumbs: readonly Thumb[]; scale: Scale }) {
  const rest = bands.findIndex((band) => band.upTo === undefined && band.when === undefined);
  const ends = [
    ...thumbs.map(({ index, amount }) => ({ index, end: positionOf(amount, scale) })),
    { index: rest, end: 1 },
  ];
  return (
    <div aria-hidden className="absolute inset-0 overflow-hidden rounded-md border border-border-strong">
      {ends.map(({ index, end }, at) => {
        const start = ends[at - 1]?.end ?? 0;
        const band = bands[index];
        const { word, className } = looks[band ? effectOfBand(band.then) : "deny"];
        return (
          <span
            key={index}
            style={{ left: `${start * 100}%`, width: `${Math.max(0, end - start) * 100}%` }}
            className={clsx("absolute inset-y-0 flex items-center justify-center overflow-hidden text-xs", className)}
          >
            {end - start > 0.13 && <span className="truncate px-3">{band?.when ? `${word} if …` : word}</span>}
          </span>
        );
      })}
    </div>
  );
}

const keySteps: Record<string, "up" | "down" | "pageUp" | "pageDown"> = {
  ArrowRight: "up",
  ArrowUp: "up",
  ArrowLeft: "down",
  ArrowDown: "down",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

/** The bands with a limit in this currency, by amount, each between its neighbors. */
function thumbsOf(bands: readonly Band[], currency: string): Thumb[] {
  const held = bands.flatMap(({ upTo, currency: own }, index) =>
    upTo !== undefined && own === currency ? [{ index, amount: upTo }] : [],
  );
  const sorted = held.toSorted((one, other) => Number(one.amount) - Number(other.amount) || one.index - other.index);
  return sorted.map((thumb, at) => ({ ...thumb, least: sorted[at - 1]?.amount, most: sorted[at + 1]?.amount }));
}

function shortAmount(amount: number): string {
  return amount >= 1_000_000 ? `${amount / 1_000_000}M` : amount >= 1000 ? `${amount / 1000}k` : String(amount);
}
