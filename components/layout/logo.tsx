/** The mark: a seal that a second tick closes. Beside its name it is decoration. */
export function Logo({ className = "size-5" }: { className?: string }) {
  return (
    <svg aria-hidden viewBox="0 0 32 32" className={className}>
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" strokeWidth="3" strokeLinecap="round" strokeLinejoin="round" className="stroke-on-accent">
        <path d="M22.3 9.2A9 9 0 1 0 24.6 18" />
        <path d="M12.2 16.2l3.6 3.6L26 9.6" />
      </g>
    </svg>
  );
}
