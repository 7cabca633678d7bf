import { PageSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function InboxLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-8 w-full max-w-xl" />
      <TableSkeleton rows={12} columns={7} />
    </PageSkeleton>
  );
}
