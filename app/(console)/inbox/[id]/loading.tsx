import { PageSkeleton, Skeleton } from "@/components/ui/skeleton";

export default function ApprovalLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-48 w-full md:h-28" />
      <div className="grid gap-4 lg:grid-cols-[minmax(0,2fr)_minmax(18rem,1fr)]">
        <Skeleton className="h-96 w-full" />
        <Skeleton className="h-96 w-full" />
      </div>
    </PageSkeleton>
  );
}
