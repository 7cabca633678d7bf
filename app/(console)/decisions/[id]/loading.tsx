import { EntrySkeleton } from "@/components/audit/entry-skeleton";

export default function DecisionLoading() {
  return <EntrySkeleton />;
}
