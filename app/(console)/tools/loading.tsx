import { PageSkeleton, TableSkeleton } from "@/components/ui/skeleton";

export default function ToolsLoading() {
  return (
    <PageSkeleton>
      <TableSkeleton rows={12} columns={5} />
    </PageSkeleton>
  );
}
