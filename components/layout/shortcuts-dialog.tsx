"use client";

import { Keyboard } from "lucide-react";
import { useEffect, useState } from "react";
import { Dialog } from "@/components/ui/dialog";
import { IconButton } from "@/components/ui/icon-button";
import { Kbd } from "@/components/ui/kbd";
import { isTyping, setShortcutsEnabled, useShortcutsEnabled } from "@/components/ui/keyboard";
import { Switch } from "@/components/ui/switch";

const shortcuts = [
  { keys: ["Ctrl", "K"], does: "Go to a screen, or find by name or id (⌘ K on a Mac)" },
  { keys: ["/"], does: "Search this list", single: true },
  { keys: ["j"], does: "Next row, while the list has focus", single: true },
  { keys: ["k"], does: "Previous row, while the list has focus", single: true },
  { keys: ["Enter"], does: "Open the row" },
  { keys: ["Home", "End"], does: "First and last row" },
  { keys: ["x"], does: "Select the row or group; with Shift, all up to it", single: true },
  { keys: ["b"], does: "Review the selected requests together", single: true },
  { keys: ["Esc"], does: "Close what is open" },
  { keys: ["?"], does: "Show this list", single: true },
] as const;

/** The keyboard shortcuts, opened with `?`, and the switch that turns single keys off. */
export function ShortcutsDialog() {
  const [open, setOpen] = useState(false);
  const enabled = useShortcutsEnabled();

  useEffect(() => {
    if (!enabled) return;
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "?" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      setOpen(true);
    };
    addEventListener("keydown", onKeyDown);
    return () => removeEventListener("keydown", onKeyDown);
  }, [enabled]);

  return (
    <Dialog
      title="Keyboard shortcuts"
      description="No key approves or denies anything by itself."
      open={open}
      onOpenChange={setOpen}
      trigger={
        <IconButton label="Keyboard shortcuts" icon={<Keyboard aria-hidden />} size="md" className="max-md:hidden" />
      }
      footer={
        <Switch
          className="w-full"
          label="Single-key shortcuts"
          hint="/, j, k, x, b and ? act without Ctrl. Kept in this browser."
          checked={enabled}
          onChange={(event) => setShortcutsEnabled(event.target.checked)}
        />
      }
    >
      <dl className="flex flex-col">
        {shortcuts.map(({ keys, does, ...rest }) => (
          <div
            key={does}
            className={`flex min-h-8 items-center justify-between gap-4 border-b py-1 last:border-b-0 ${"single" in rest && !enabled ? "opacity-50" : ""}`}
          >
            <dd>{does}</dd>
            <dt className="order-last flex gap-1">
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
