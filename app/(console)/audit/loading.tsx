import { PageSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function AuditLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-8 w-full" />
      <TableSkeleton rows={16} columns={6} />
    </PageSkeleton>
  );
}
