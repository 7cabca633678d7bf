// What a person chooses for one tool of an import.
import type { RoleName } from "@/components/tools/words";
import { roleWords } from "@/components/tools/words";
import type { ArgumentRoles, EffectClass } from "@/lib/policy/schema";
import type { ReviewRow } from "@/lib/tools/import-schema";

export type RowChoice = {
  taken: boolean;
  effect: EffectClass;
  reversible: boolean;
  /** JSON Pointers as text, several separated by spaces. */
  roles: Record<RoleName, string>;
  currency: string;
};

export type Confirmation = {
  name: string;
  effect: EffectClass;
  reversible: boolean;
  argumentRoles: ArgumentRoles;
  currency?: string;
};

/** Nothing is taken before a person takes it. A tool of the catalogue starts as it stands there, any other as it was guessed. */
export function startingChoice(row: ReviewRow): RowChoice {
  const from = row.stored ?? { ...row, currency: null };
  return {
    taken: false,
    effect: from.effect,
    reversible: from.reversible,
    roles: Object.fromEntries(
      (Object.keys(roleWords) as RoleName[]).map((role) => [role, [from.argumentRoles[role] ?? []].flat().join(" ")]),
    ) as RowChoice["roles"],
    currency: from.currency ?? "",
  };
}

export function confirmationOf(name: string, choice: RowChoice): Confirmation {
  const roles = Object.entries(choice.roles).flatMap(([role, text]) => {
    const pointers = text.trim().split(/\s+/).filter(Boolean);
    return pointers.length === 0 ? [] : [[role, pointers.length === 1 ? pointers[0] : pointers]];
  });
  return {
    name,
    effect: choice.effect,
    reversible: choice.reversible,
    argumentRoles: Object.fromEntries(roles) as ArgumentRoles,
    ...(choice.currency.trim() ? { currency: choice.currency.trim() } : {}),
  };
}

/** `amount /amount · recipient /to`, or that nothing is known. */
export function rolesText(choice: RowChoice): string {
  const known = (Object.entries(choice.roles) as [RoleName, string][]).filter(([, text]) => text.trim() !== "");
  return known.map(([role, text]) => `${roleWords[role].label} ${text}`).join(" · ") || "None known";
}
