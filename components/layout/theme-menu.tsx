"use client";

import { Monitor, Moon, Sun } from "lucide-react";
import { useState } from "react";
import { type Theme, themeCookie } from "@/components/layout/theme";
import { DropdownMenu, MenuChoice } from "@/components/ui/dropdown-menu";
import { IconButton } from "@/components/ui/icon-button";

const options = [
  { value: "system", label: "Like the device", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
] as const;

/** Chooses the color theme. At once on this page, and in the cookie for the server's next one. */
export function ThemeMenu({ initial }: { initial: Theme }) {
  const [theme, setTheme] = useState(initial);
  const choose = (next: Theme) => {
    setTheme(next);
    document.documentElement.dataset.theme = next;
    const secure = location.protocol === "https:" ? "; Secure" : "";
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing on plain HTTP
    document.cookie = `${themeCookie}=${next}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
  };
  const icon = options.find((option) => option.value === theme)?.icon;
  return (
    <DropdownMenu trigger={<IconButton label="Theme" icon={icon} size="md" />}>
      <MenuChoice label="Theme" value={theme} options={options} onValueChange={choose} />
    </DropdownMenu>
  );
}
