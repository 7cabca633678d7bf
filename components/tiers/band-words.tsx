import { Ban, CircleCheck, UserRoundCheck } from "lucide-react";
import { Money } from "@/components/ui/money";
import type { BandWords } from "@/lib/policy/describe";

const looks = {
  allow: { icon: CircleCheck, word: "Alone" },
  approval: { icon: UserRoundCheck, word: "Approval" },
  deny: { icon: Ban, word: "Refused" },
} as const;

/**
 * The bands of one effect class at one tier, in the order in which they are tried.
 * @param inside a button, which holds text and no lists
 */
export function Bands({ bands, inside }: { bands: readonly BandWords[]; inside?: "button" }) {
  const [List, Item] = inside ? (["span", "span"] as const) : (["ol", "li"] as const);
  return (
    <List className="flex flex-col gap-2">
      {bands.map((band, index) => {
        const { icon: Icon, word } = looks[band.effect];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: bands have no identity but their place
          <Item key={index} className="flex gap-1.5">
            <Icon aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
            <span className="min-w-0">
              <span className="font-medium">
                {index > 0 && !band.upTo && !band.when ? `Otherwise ${word.toLowerCase()}` : word}
              </span>
              {band.upTo && (
                <>
                  {" up to "}
                  <Money amount={band.upTo.amount} currency={band.upTo.currency} />
                </>
              )}
              {band.when && `${band.upTo ? "," : ""} when ${band.when}`}
              {band.who && (
                <span className="block text-muted text-xs">{band.who.charAt(0).toUpperCase() + band.who.slice(1)}</span>
              )}
            </span>
          </Item>
        );
      })}
    </List>
  );
}
