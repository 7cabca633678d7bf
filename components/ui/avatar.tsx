import { clsx } from "clsx";

/** Initials of a person. Decoration: the name stands beside it or is given to the control around it. */
export function Avatar({ name, size = "md" }: { name: string; size?: "sm" | "md" | "lg" }) {
  return (
    <span
      aria-hidden
      className={clsx(
        "inline-grid shrink-0 select-none place-items-center rounded-full border bg-surface-sunken font-medium text-muted text-xs",
        size === "sm" && "size-5",
        size === "md" && "size-6",
        size === "lg" && "size-8",
      )}
    >
      <span className={size === "sm" ? "scale-75" : "scale-90"}>{initials(name)}</span>
    </span>
  );
}

/** A person as text with their initials in front. */
export function Person({ name, detail }: { name: string; detail?: string }) {
  return (
    <span className="inline-flex min-w-0 max-w-full items-center gap-2 align-middle">
      <Avatar name={name} size="sm" />
      <span className="flex min-w-0 flex-wrap gap-x-2">
        <span className="max-w-full truncate">{name}</span>
        {detail && <span className="max-w-full truncate text-muted">{detail}</span>}
      </span>
    </span>
  );
}

/** First letters of the first and last word, at most two; "?" when there is no letter. */
function initials(name: string): string {
  const words = name.match(/\p{L}[\p{L}\p{M}'’-]*/gu) ?? [];
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => word?.at(0) ?? "");
  return letters.join("").toLocaleUpperCase("en") || "?";
}
