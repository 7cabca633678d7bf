"use client";

import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { Button } from "@/components/ui/button";
import { IconButton } from "@/components/ui/icon-button";
import { announce } from "@/components/ui/live-region";

/**
 * Copies `value` and says so.
 * @param label  what is copied, e.g. "Copy decision id"
 * @param shown  shows the label as text, for a value that is given only once
 */
export function CopyButton({ value, label, shown = false }: { value: string; label: string; shown?: boolean }) {
  const [result, setResult] = useState<"copied" | "failed" | undefined>();

  useEffect(() => {
    if (!result) return;
    const timer = setTimeout(() => setResult(undefined), 2000);
    return () => clearTimeout(timer);
  }, [result]);

  const copy = async () => {
    const ok = await writeClipboard(value);
    setResult(ok ? "copied" : "failed");
    announce(ok ? "Copied" : "Copying failed. Select the text and copy it by hand.");
  };

  const icon = result === "copied" ? <Check aria-hidden /> : <Copy aria-hidden />;
  const name = result === "copied" ? "Copied" : result === "failed" ? "Copying failed" : label;
  if (shown) {
    return (
      <Button onClick={copy}>
        {icon}
        {name}
      </Button>
    );
  }
  return <IconButton label={name} icon={icon} onClick={copy} variant="quiet" size="xs" />;
}

/** The clipboard API exists only on secure origins; plain HTTP on a private host falls back to a selection. */
async function writeClipboard(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement("textarea");
    area.value = text;
    area.className = "sr-only";
    document.body.append(area);
    area.select();
    const ok = document.execCommand("copy");
    area.remove();
    return ok;
  }
}
