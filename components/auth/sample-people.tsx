"use client";

import { useState } from "react";
import { submitSignIn } from "@/components/auth/submit-sign-in";
import { Avatar } from "@/components/ui/avatar";
import { Banner } from "@/components/ui/banner";

export type SamplePersonChoice = { id: string; name: string; detail: string };

/** Comes in as one of the sample people with one click. */
export function SamplePeople({ people, to }: { people: readonly SamplePersonChoice[]; to: string }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const [failed, setFailed] = useState(false);

  const enter = async (person: string) => {
    if (chosen) return;
    setChosen(person);
    const refused = await submitSignIn("sample", { person });
    if (!refused) return location.assign(to);
    setChosen(null);
    setFailed(true);
  };

  return (
    <div className="flex flex-col">
      {failed && (
        <div className="p-4">
          <Banner tone="deny">Signing in is not possible right now. Nothing was changed. Try again in a moment.</Banner>
        </div>
      )}
      <ul className="flex flex-col divide-y">
        {people.map((person) => (
          <li key={person.id}>
            <button
              type="button"
              onClick={() => enter(person.id)}
              aria-busy={chosen === person.id || undefined}
              className="flex min-h-12 w-full items-center gap-3 px-4 py-2 text-left hover:bg-surface-hover focus-visible:-outline-offset-2 aria-busy:motion-safe:animate-pulse"
            >
              <Avatar name={person.name} />
              <span className="min-w-0">
                <span className="block font-medium">{person.name}</span>
                <span className="block text-muted text-xs">{person.detail}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
