import { clsx } from "clsx";
import { Check } from "lucide-react";

/**
 * Where a wizard stands.
 * @param current 0-based
 */
export function Stepper({ steps, current }: { steps: readonly string[]; current: number }) {
  return (
    <nav aria-label="Progress">
      <p className="font-medium sm:hidden">
        Step {current + 1} of {steps.length}: {steps[current]}
      </p>
      <ol className="hidden flex-wrap items-center gap-x-2 gap-y-2 sm:flex">
        {steps.map((step, index) => (
          <li key={step} aria-current={index === current ? "step" : undefined} className="flex items-center gap-2">
            {index > 0 && <span aria-hidden className="h-px w-6 bg-border-strong" />}
            <span
              aria-hidden
              className={clsx(
                "tabular grid size-5 place-items-center rounded-full border text-xs",
                index < current && "border-accent bg-surface text-link",
                index === current && "border-accent bg-accent text-on-accent",
                index > current && "border-control text-muted",
              )}
            >
              {index < current ? <Check className="size-3" /> : index + 1}
            </span>
            <span className={index === current ? "font-medium" : "text-muted"}>
              {step}
              {index < current && <span className="sr-only"> (done)</span>}
            </span>
          </li>
        ))}
      </ol>
    </nav>
  );
}
