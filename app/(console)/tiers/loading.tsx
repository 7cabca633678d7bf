import { PageSkeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function TiersLoading() {
  return (
    <PageSkeleton>
      <TableSkeleton rows={7} columns={6} />
    </PageSkeleton>
  );
}
