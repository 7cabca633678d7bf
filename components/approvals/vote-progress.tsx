/** How many people have approved, of how many the rule asks for. */
export function VoteProgress({ granted, required }: { granted: number; required: number }) {
  return (
    <span className="tabular relative whitespace-nowrap">
      <span aria-hidden>
        {granted}/{required}
      </span>
      <span className="sr-only">
        {granted} of {required} approvals
      </span>
    </span>
  );
}
