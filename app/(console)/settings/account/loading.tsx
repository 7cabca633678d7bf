import { PageSkeleton } from "@/components/ui/skeleton";

export default function LoadingAccount() {
  return <PageSkeleton />;
}
