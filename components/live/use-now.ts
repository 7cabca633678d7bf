"use client";

import { useEffect, useState } from "react";

/**
 * The server's time, running on: clocks of browsers differ.
 * @param initial RFC 3339, from the server's rendering
 * @returns RFC 3339, new every `everyMilliseconds`
 */
export function useNow(initial: string, everyMilliseconds = 15_000): string {
  const [now, setNow] = useState(initial);
  useEffect(() => {
    const start = performance.now();
    const timer = setInterval(
      () => setNow(new Date(Date.parse(initial) + performance.now() - start).toISOString()),
      everyMilliseconds,
    );
    return () => clearInterval(timer);
  }, [initial, everyMilliseconds]);
  return now;
}
