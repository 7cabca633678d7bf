import type { Metadata } from "next";
import { PageMessage } from "@/components/auth/page-message";

export const metadata: Metadata = { title: "Not allowed" };

export default function Forbidden() {
  return (
    <main id="main">
      <PageMessage code="403" title="You may not see this page">
        Your roles do not include what it needs. An administrator can change them under Settings, People.
      </PageMessage>
    </main>
  );
}
