import { PageSkeleton } from "@/components/ui/skeleton";

export default function LoadingGroups() {
  return <PageSkeleton />;
}
