import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

export default function ReviewLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-48 w-full" />
      <Skeleton className="h-64 w-full" />
    </PageSkeleton>
  );
}
