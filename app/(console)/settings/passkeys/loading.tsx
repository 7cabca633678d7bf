import { PageSkeleton } from "@/components/ui/skeleton";

export default function LoadingPasskeys() {
  return <PageSkeleton />;
}
