import { PageSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function IncidentsLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-8 w-full" />
      <TableSkeleton rows={8} columns={5} />
    </PageSkeleton>
  );
}
