import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

export default function TryLoading() {
  return (
    <PageSkeleton>
      <div className="grid gap-4 lg:grid-cols-2">
        <Skeleton className="h-144" />
        <Skeleton className="h-48" />
      </div>
    </PageSkeleton>
  );
}
