import type { Metadata } from "next";
import { PageMessage } from "@/components/auth/page-message";

export const metadata: Metadata = { title: "Not found" };

export default function NotFound() {
  return (
    <main id="main">
      <PageMessage code="404" title="There is nothing here">
        It does not exist, or it is not visible to you.
      </PageMessage>
    </main>
  );
}
