import type { ReactNode } from "react";
import { Logo } from "@/components/layout/logo";

export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center bg-canvas px-4 py-12">
      <main id="main" tabIndex={-1} className="flex w-full max-w-md flex-col gap-6 outline-none">
        <p className="flex items-center gap-2 font-semibold text-base">
          <Logo />
          Countersign
        </p>
        {children}
      </main>
    </div>
  );
}
