import { EntrySkeleton } from "@/components/audit/entry-skeleton";

export default function IncidentLoading() {
  return <EntrySkeleton />;
}
