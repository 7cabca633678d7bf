import { InertText } from "@/components/ui/inert-text";

/** The first reason, and how many more. */
export function ReasonCodes({ codes }: { codes: readonly string[] }) {
  const [first, ...more] = codes;
  if (first === undefined) return null;
  return (
    <span className="relative whitespace-nowrap">
      <code className="font-mono text-xs">
        <InertText text={first} />
      </code>
      {more.length > 0 && (
        <span className="text-muted text-xs" title={more.join(", ")}>
          {" "}
          +{more.length}
          <span className="sr-only"> more</span>
        </span>
      )}
    </span>
  );
}
