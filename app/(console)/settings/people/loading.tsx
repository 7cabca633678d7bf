import { PageSkeleton } from "@/components/ui/skeleton";

export default function LoadingPeople() {
  return <PageSkeleton />;
}
