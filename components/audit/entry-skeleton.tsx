import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

/** The shape of an entry's page while it loads. */
export function EntrySkeleton() {
  return (
    <PageSkeleton>
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(20rem,1fr)]">
        <div className="flex flex-col gap-4">
          <Skeleton className="h-32" />
          <Skeleton className="h-32" />
          <Skeleton className="h-40" />
        </div>
        <Skeleton className="h-96" />
      </div>
    </PageSkeleton>
  );
}
