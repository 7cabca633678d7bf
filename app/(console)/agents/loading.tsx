import { PageSkeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function AgentsLoading() {
  return (
    <PageSkeleton>
      <TableSkeleton rows={12} columns={6} />
    </PageSkeleton>
  );
}
