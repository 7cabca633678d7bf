import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

export default function ShownCardLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-48 w-full md:h-28" />
      <Skeleton className="h-96 w-full" />
    </PageSkeleton>
  );
}
