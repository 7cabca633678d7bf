import { PageSkeleton, Skeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function EditPolicyLoading() {
  return (
    <PageSkeleton>
      <Skeleton className="h-12 w-full" />
      <TableSkeleton rows={7} columns={6} />
    </PageSkeleton>
  );
}
