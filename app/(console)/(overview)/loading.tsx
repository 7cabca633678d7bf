import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

export default function OverviewLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-22" />
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <div className="flex flex-col gap-4">
          <Skeleton className="h-88" />
          <Skeleton className="h-72" />
        </div>
        <Skeleton className="h-96" />
      </div>
    </PageSkeleton>
  );
}
