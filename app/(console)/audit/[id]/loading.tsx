import { EntrySkeleton } from "@/components/audit/entry-skeleton";

export default function EntryLoading() {
  return <EntrySkeleton />;
}
