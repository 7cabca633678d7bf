"use client";

import { useEffect } from "react";

/**
 * A link from a mail arrives without the session cookie, because another site started the request. A request from our own page carries it; when it
 * answers, the person is signed in after all and goes on to where the link led.
 */
export function Resume({ to }: { to: string }) {
  useEffect(() => {
    const abort = new AbortController();
    fetch("/api/console/me", { cache: "no-store", signal: abort.signal })
      .then((response) => {
        if (response.ok) location.replace(to);
      })
      .catch(() => {}); // stays on the sign-in page, which is right for whoever is signed out
    return () => abort.abort();
  }, [to]);
  return null;
}
