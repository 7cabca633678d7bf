"use client";

import { useState } from "react";
import { leaveForProvider } from "@/components/auth/submit-sign-in";
import { Banner } from "@/components/ui/banner";
import { Button } from "@/components/ui/button";

/**
 * Goes on at the identity provider.
 * @param before what has to happen first, such as keeping a one-time link; answers false when it was refused
 */
export function ProviderButton({ name, to, before }: { name: string; to: string; before?: () => Promise<boolean> }) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState(false);

  const go = async () => {
    setBusy(true);
    const left = (!before || (await before())) && (await leaveForProvider(to));
    setBusy(left);
    setFailed(!left);
  };

  return (
    <div className="flex flex-col gap-4">
      <Button busy={busy} onClick={go}>
        Continue with {name}
      </Button>
      {failed && <Banner tone="deny">{name} could not be reached. Nothing was changed. Try again in a moment.</Banner>}
    </div>
  );
}
