"use client";

import { LogOut } from "lucide-react";
import { useTransition } from "react";
import { Avatar } from "@/components/ui/avatar";
import { DropdownMenu, MenuItem, MenuSeparator } from "@/components/ui/dropdown-menu";

/** Who is signed in, and the way out. */
export function UserMenu({
  person,
  signOut,
}: {
  person: { name: string; email: string; roles: readonly string[] };
  signOut: () => Promise<void>;
}) {
  const [, start] = useTransition();
  return (
    <DropdownMenu
      trigger={
        <button
          type="button"
          aria-label={`Account: ${person.name}`}
          className="flex h-8 items-center gap-2 rounded-md px-1 hover:bg-surface-hover lg:pr-2"
        >
          <Avatar name={person.name} />
          <span className="hidden max-w-40 truncate lg:inline">{person.name}</span>
        </button>
      }
    >
      <div className="px-2 py-1.5">
        <p className="truncate font-medium">{person.name}</p>
        <p className="truncate text-muted text-xs">{person.email}</p>
        <p className="truncate text-muted text-xs">{person.roles.join(", ")}</p>
      </div>
      <MenuSeparator />
      <MenuItem icon={<LogOut aria-hidden />} onSelect={() => start(() => signOut())}>
        Sign out
      </MenuItem>
    </DropdownMenu>
  );
}
