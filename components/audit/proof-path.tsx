import type { ProofCheck } from "@/components/audit/proof-check";
import { formatCount } from "@/components/ui/money";

const row = 60;
const width = 580;
const box = { width: 184, height: 36 };
const center = (width - box.width) / 2;

/** The way from an entry to the signed root: on each step, our hash and the one beside it become the hash above. */
export function ProofPath({ check, index, size }: { check: ProofCheck; index: number; size: number }) {
  const height = check.steps.length * row + box.height + 8;
  const y = (step: number) => height - box.height - 4 - step * row;
  return (
    <figure className="flex flex-col gap-2">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard, WCAG 2.1.1 */}
      <section className="overflow-x-auto" aria-label="Path to the root" tabIndex={0}>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={`Path of ${check.steps.length} hashes from leaf ${formatCount(index)} to the root of ${formatCount(size)} leaves`}
          className="font-mono text-xs"
        >
          {check.steps.map((step, at) => {
            const x = step.side === "left" ? 2 : width - box.width - 2;
            const parent = { x: width / 2, y: y(at + 1) + box.height };
            return (
              <g key={step.from}>
                <path d={`M${width / 2} ${y(at)} L${parent.x} ${parent.y}`} className="stroke-accent" strokeWidth="2" />
                <path
                  d={`M${x + box.width / 2} ${y(at)} L${parent.x} ${parent.y}`}
                  className="stroke-border-strong"
                  strokeWidth="1"
                />
                <Node x={x} y={y(at)} hash={step.sibling} note={leavesOf(step.from, step.to)} />
              </g>
            );
          })}
          {check.steps.map((step, at) => (
            <Node
              key={step.own}
              x={center}
              y={y(at)}
              hash={step.own}
              own
              note={at === 0 ? `this entry, leaf ${formatCount(index)}` : ""}
            />
          ))}
          <Node
            x={center}
            y={y(check.steps.length)}
            hash={check.root}
            own
            note={`root of ${formatCount(size)} leaves`}
          />
        </svg>
      </section>
      <figcaption className="text-muted">
        Blue: this entry and what it becomes a part of. Grey: the hashes beside it. Anyone who has them and the entry
        gets to the same root.
      </figcaption>
    </figure>
  );
}

function leavesOf(from: number, to: number): string {
  return to - from === 1 ? `leaf ${formatCount(from)}` : `leaves ${formatCount(from)} to ${formatCount(to - 1)}`;
}

function Node({ x, y, hash, note, own = false }: { x: number; y: number; hash: string; note: string; own?: boolean }) {
  return (
    <g>
      <title>{`${note} ${hash}`.trim()}</title>
      <rect
        x={x}
        y={y}
        width={box.width}
        height={box.height}
        rx="4"
        className={own ? "fill-surface-selected stroke-accent" : "fill-surface-raised stroke-border-strong"}
      />
      <text x={x + box.width / 2} y={y + (note ? 15 : 22)} textAnchor="middle" className="fill-text">
        {hash.slice(0, 16)}…
      </text>
      {note && (
        <text x={x + box.width / 2} y={y + 29} textAnchor="middle" className="fill-muted">
          {note}
        </text>
      )}
    </g>
  );
}
