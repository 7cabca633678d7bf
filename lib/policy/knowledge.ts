import type { Derived } from "./facts";
import { compileHostAllowlist } from "./hosts";
import { compileRecipientAllowlist } from "./recipients";
import type { Mandate } from "./schema";

/**
 * What an agent's mandate says about whom and what a call reaches. Each answer is `undefined` when the call names
 * nothing of the kind or names it unreadably: the conditions then treat it as missing, which never allows.
 */
export type MandateKnowledge = {
  recipientKnown(derived: Derived): boolean | undefined;
  hostKnown(derived: Derived): boolean | undefined;
  /** Everyone and every place together. */
  targetKnown(derived: Derived): boolean | undefined;
  /** True for a text without links. */
  linksKnown(derived: Derived): boolean | undefined;
  /** One by one, to say in a reason which one is not known. */
  names: { recipient: (recipient: string) => boolean; host: (host: string) => boolean };
};

/** @throws RangeError when a host or recipient pattern is malformed; `validateMandate` says so in advance */
export function compileKnowledge(mandate: Mandate): MandateKnowledge {
  const recipients = compileRecipientAllowlist(mandate.recipients ?? []);
  const hosts = compileHostAllowlist(mandate.hosts ?? []);

  const recipientKnown = (derived: Derived) =>
    derived.recipients === null || derived.recipients.length === 0 ? undefined : derived.recipients.every(recipients);
  const hostKnown = (derived: Derived) =>
    derived.targets === null || derived.targets.length === 0
      ? undefined
      : derived.targets.every(({ host, port, path }) => hosts.allows(derived.method, host, port, path ?? undefined));

  return {
    recipientKnown,
    hostKnown,
    targetKnown: (derived) => {
      if (derived.recipients === null || derived.targets === null) return undefined;
      const recipient = recipientKnown(derived);
      const host = hostKnown(derived);
      return recipient === undefined && host === undefined ? undefined : recipient !== false && host !== false;
    },
    linksKnown: (derived) => {
      const links = derived.links();
      if (links === null) return undefined;
      return !links.unreadable && links.targets.every(({ host, port }) => hosts.names(host, port));
    },
    names: { recipient: recipients, host: (host) => hosts.names(host, null) },
  };
}
