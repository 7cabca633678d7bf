import { type EffectClass, effectClasses } from "@/lib/policy/schema";

/** What a tool probably does, for a person to confirm. A guess never goes below its floor: a name can only make it graver. */

export type EffectGuess = {
  effect: EffectClass;
  reversible: boolean;
  because: string[];
  /** What the name speaks of, when that is not the guess. */
  byName: EffectClass | null;
};

/**
 * @param floor what the source's own words allow at best, with the reason
 * @param undone whether the source says that what it changes can be undone; only counts for `write`
 */
export function guessEffect(
  name: string,
  floor: { effect: EffectClass; because: string },
  undone: boolean,
): EffectGuess {
  const named = effectOfName(name);
  const effect = named && rank(named.effect) > rank(floor.effect) ? named.effect : floor.effect;
  return {
    effect,
    reversible: effect === "read" || (effect === "write" && undone),
    because: [
      ...(named && effect !== floor.effect ? [`the name has the word “${named.word}”`] : []),
      floor.because,
      ...(named && effect === floor.effect && named.effect !== effect && named.effect !== "read"
        ? [`the name has the word “${named.word}”`]
        : []),
    ],
    byName: named && named.effect !== effect && named.effect !== "read" ? named.effect : null,
  };
}

export function rank(effect: EffectClass): number {
  return effectClasses.indexOf(effect);
}

const reads = words(
  "get list search find read fetch query describe show count lookup view check browse retrieve export",
);

/** Words that say what is done decide before words that say with what. */
const verbs: [EffectClass, ReadonlySet<string>][] = [
  ["admin", words("grant revoke authorize impersonate enable disable configure provision rotate")],
  ["code", words("exec execute eval run shell bash spawn deploy install compile")],
  [
    "destructive",
    words(
      "delete remove drop purge erase destroy truncate wipe overwrite reset terminate kill unlink uninstall clear replace",
    ),
  ],
  [
    "financial",
    words("pay refund charge payout purchase buy sell withdraw deposit remit trade checkout transfer settle"),
  ],
  ["external", words("send post publish share email notify tweet reply forward upload submit dial invite broadcast")],
  [
    "write",
    words("create add update edit set insert append save write rename move copy assign schedule book tag archive"),
  ],
];
const nouns: [EffectClass, ReadonlySet<string>][] = [
  [
    "admin",
    words("permission permissions role roles acl credential credentials password secret secrets apikey admin settings"),
  ],
  ["code", words("command script code terminal sandbox workflow")],
  ["financial", words("payment payments invoice billing wire funds")],
  ["external", words("mail mails message messages sms webhook tweet comment")],
];

function effectOfName(name: string): { effect: EffectClass; word: string } | null {
  const tokens = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(Boolean)
    .slice(0, 40);
  const acting = gravest(verbs, tokens);
  if (acting && acting.effect !== "write") return acting;
  const reading = tokens.find((token) => reads.has(token));
  if (reading && !acting) return { effect: "read", word: reading };
  return gravest(nouns, tokens) ?? acting;
}

function gravest(
  classes: [EffectClass, ReadonlySet<string>][],
  tokens: readonly string[],
): { effect: EffectClass; word: string } | null {
  let found: { effect: EffectClass; word: string } | null = null;
  for (const [effect, known] of classes) {
    const word = tokens.find((token) => known.has(token));
    if (word !== undefined && (found === null || rank(effect) > rank(found.effect))) found = { effect, word };
  }
  return found;
}

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}
