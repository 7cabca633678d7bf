import { Banner } from "@/components/ui/banner";
import { ButtonLink } from "@/components/ui/button-link";
import { Id } from "@/components/ui/id";

/** Says that a list is of one thing only, when a link narrowed it in a way that no filter on the screen shows. */
export function NarrowedTo({
  filter: { ref, approval },
  searchParams,
}: {
  filter: { ref?: string | undefined; approval?: string | undefined };
  searchParams: Record<string, string | string[] | undefined>;
}) {
  const subject = ref ?? approval;
  if (subject === undefined) return null;
  const rest = new URLSearchParams();
  for (const [name, value] of Object.entries(searchParams)) {
    if (typeof value === "string" && !["ref", "approval", "cursor"].includes(name)) rest.set(name, value);
  }
  return (
    <Banner
      title="Only entries about one thing:"
      action={
        <ButtonLink size="sm" href={`/audit?${rest}`}>
          Show all
        </ButtonLink>
      }
    >
      <Id value={subject} />
    </Banner>
  );
}
