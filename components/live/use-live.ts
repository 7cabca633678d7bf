"use client";

import { useEffect, useEffectEvent, useState } from "react";
import type { Topic } from "@/lib/live/topics";

const reopenMilliseconds = 30_000;

/**
 * Calls `onChange` when something of the topics changed, while the page is open.
 * @param topics comma-separated, so that it is the same value on every render: `"approvals"`, `"approvals,activity"`
 * @returns whether the connection stands, undefined until that is known; without it the caller asks by itself every few seconds
 */
export function useLive(topics: Topic | `${Topic},${Topic}`, onChange: (topic: Topic) => void): boolean | undefined {
  const [connected, setConnected] = useState<boolean>();
  const changed = useEffectEvent(onChange);

  useEffect(() => {
    let source: EventSource | undefined;
    let reopen: ReturnType<typeof setTimeout> | undefined;
    const open = () => {
      source = new EventSource(`/api/console/events?topics=${topics}`);
      source.onopen = () => setConnected(true);
      source.onerror = () => {
        setConnected(false);
        // The browser tries again by itself after a lost connection, not after a refusal.
        if (source?.readyState === EventSource.CLOSED) reopen = setTimeout(open, reopenMilliseconds);
      };
      source.addEventListener("end", () => {
        source?.close();
        setConnected(false);
      });
      for (const topic of topics.split(",") as Topic[]) source.addEventListener(topic, () => changed(topic));
    };
    open();
    return () => {
      clearTimeout(reopen);
      source?.close();
    };
  }, [topics]);

  return connected;
}
