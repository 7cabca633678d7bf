import { z } from "zod";
import { cursorOf } from "@/lib/cursor";
import { line } from "@/lib/text";
import { passwordLength } from "./password-length";
import { type Permission, permissions, roles } from "./permissions";

/** Shapes of people, groups, tokens and sessions: forms, actions, routes and tests share them. Bodies as in the HTTP contract. */

const id = (prefix: string, what: string) =>
  z
    .string()
    .regex(new RegExp(`^${prefix}_[0-9a-hjkmnp-tv-z]{26}$`), `${what} looks like \`${prefix}_\` and 26 characters`);
export const personId = id("per", "a person id");
export const groupId = id("grp", "a group id");
export const tokenId = id("tok", "a token id");
export const sessionId = id("ses", "a session id");

/** Lower case, ASCII only, so that two addresses that look alike are the same address. */
export const email = z
  .string()
  .trim()
  .max(254, "must be at most 254 characters")
  .transform((value) => value.toLowerCase())
  .pipe(z.email("must be an email address such as robin@example.com"));

export const role = z.enum(roles, `must be one of ${roles.join(", ")}`);
const roleList = z
  .array(role)
  .max(roles.length)
  .transform((given) => roles.filter((one) => given.includes(one)));
const someRoles = roleList.refine((given) => given.length > 0, "must have at least one role");

/** The name that rules use. It never changes, because rules hold it. */
export const groupKey = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, "must be 1 to 40 lowercase letters, digits and hyphens, and start with a letter");
const groupKeys = z
  .array(groupKey)
  .max(50)
  .transform((given) => [...new Set(given)].sort());

const page = { limit: z.coerce.number().int().min(1).max(200).default(50), cursor: cursorOf(2).optional() };

// ---- people

export const person = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  active: z.boolean(),
});
export type Person = z.output<typeof person>;

export const peopleQuery = z.strictObject({
  q: z.string().trim().max(200).optional(),
  role: role.optional(),
  group: groupKey.optional(),
  status: z.enum(["active", "deactivated"]).optional(),
  ...page,
});
export type PeopleQuery = z.output<typeof peopleQuery>;
export const peoplePage = z.object({ items: z.array(person), nextCursor: z.string().nullable() });

export const inviteInput = z.strictObject({ name: line(100), email, roles: someRoles, groups: groupKeys.default([]) });
export type InviteInput = z.output<typeof inviteInput>;

/** A one-time link, answered once and never shown again. */
export const invitation = z.object({ url: z.string(), expiresAt: z.iso.datetime() });
export type Invitation = z.output<typeof invitation>;
export const invitedPerson = person.extend({ invitation });

const personChanges = { name: line(100).optional(), roles: someRoles.optional(), groups: groupKeys.optional() };
export const changePersonInput = z.strictObject({ id: personId, ...personChanges });
export type ChangePersonInput = z.output<typeof changePersonInput>;
export const patchPersonInput = z
  .strictObject({ ...personChanges, active: z.boolean().optional(), reason: line(500).optional() })
  .refine((given) => Object.keys(given).some((name) => name !== "reason"), "must change something")
  .refine(
    (given) => given.active === undefined || Object.keys(given).every((name) => name === "active" || name === "reason"),
    "`active` is changed on its own, with a `reason`",
  );

export const personRef = z.strictObject({ id: personId });
export const deactivateInput = z.strictObject({ id: personId, reason: line(500) });

// ---- groups

export const group = z.object({
  id: z.string(),
  key: z.string(),
  title: z.string(),
  members: z.array(z.object({ id: z.string(), name: z.string(), email: z.string(), active: z.boolean() })),
});
export type Group = z.output<typeof group>;
export const groupsQuery = z.strictObject({ ...page });
export const groupPage = z.object({ items: z.array(group), nextCursor: z.string().nullable() });
const members = z
  .array(personId)
  .max(500)
  .transform((given) => [...new Set(given)].sort());
export const createGroupInput = z.strictObject({ key: groupKey, title: line(80), members: members.default([]) });
export type CreateGroupInput = z.output<typeof createGroupInput>;
export const changeGroupInput = z.strictObject({
  id: groupId,
  title: line(80).optional(),
  members: members.optional(),
});
export type ChangeGroupInput = z.output<typeof changeGroupInput>;
export const patchGroupInput = changeGroupInput
  .omit({ id: true })
  .refine((given) => Object.keys(given).length > 0, "must change something");
export const groupRef = z.strictObject({ id: groupId });

// ---- API tokens

export const tokenDaysMax = 365;

export const apiToken = z.object({
  id: z.string(),
  name: z.string(),
  scopes: z.array(z.string()),
  mayVote: z.boolean(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
  status: z.enum(["active", "expired", "revoked"]),
});
export type ApiToken = z.output<typeof apiToken>;
export const tokensQuery = z.strictObject({ ...page });
export const tokenPage = z.object({ items: z.array(apiToken), nextCursor: z.string().nullable() });

const scopes = z
  .array(z.enum(permissions, "is not a permission"))
  .min(1, "must have at least one scope")
  .transform((given): Permission[] => permissions.filter((one) => given.includes(one)));
export const issueTokenInput = z.strictObject({
  name: line(80),
  scopes,
  expiresInDays: z
    .int("must be a whole number of days")
    .min(1, "must be at least 1 day")
    .max(tokenDaysMax, `must be at most ${tokenDaysMax} days`)
    .default(90),
  mayVote: z.boolean().default(false),
});
export type IssueTokenInput = z.output<typeof issueTokenInput>;
export const issuedToken = apiToken.extend({ secret: z.string() });
export const tokenRef = z.strictObject({ id: tokenId });

// ---- passkeys

export const passkeysMax = 10;

/** base64url of at most so many bytes, without padding. */
const bytes = (max: number) =>
  z
    .string()
    .regex(/^[A-Za-z0-9_-]+$/, "must be base64url")
    .max(Math.ceil((max * 4) / 3), `must be at most ${max} bytes`);
const challengeId = id("pch", "a challenge id");
const clientDataJSON = bytes(4096);

export const passkey = z.object({
  id: z.string(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  lastUsedAt: z.iso.datetime().nullable(),
});
export type Passkey = z.output<typeof passkey>;

/** Who has a password gives it; everybody else has just signed in. */
export const beginPasskeyInput = z.strictObject({ password: z.string().max(1024).optional() });
export type BeginPasskeyInput = z.output<typeof beginPasskeyInput>;

export const addPasskeyInput = z.strictObject({
  name: line(80),
  challengeId,
  authenticatorData: bytes(4096),
  clientDataJSON,
  transports: z.array(z.string().regex(/^[a-z-]{1,32}$/)).max(10),
});
export type AddPasskeyInput = z.output<typeof addPasskeyInput>;
export const passkeyRef = z.strictObject({ id: id("pky", "a passkey id") });

/** What an authenticator answers to a challenge (WebAuthn `AuthenticatorAssertionResponse`). */
export const passkeySignature = z.strictObject({
  challengeId,
  credentialId: bytes(1023),
  authenticatorData: bytes(4096),
  clientDataJSON,
  signature: bytes(1024),
});
export type PasskeySignature = z.output<typeof passkeySignature>;

// ---- signing in

export const sessionRef = z.strictObject({ id: sessionId });
export const oneTimeToken = z.string().regex(/^[\w-]{43}$/, "is not a link of ours");

const newPassword = z
  .string()
  .min(passwordLength.min, `must be at least ${passwordLength.min} characters`)
  .max(passwordLength.max, `must be at most ${passwordLength.max} characters`);
export const acceptInput = z.strictObject({
  token: oneTimeToken,
  name: line(100),
  email: email.optional(),
  password: newPassword,
});
export type AcceptInput = z.output<typeof acceptInput>;
export const changePasswordInput = z.strictObject({
  current: z.string().min(1, "must not be empty").max(1024),
  password: newPassword,
});
export type ChangePasswordInput = z.output<typeof changePasswordInput>;

/** Who is signed in. */
export const me = person.omit({ active: true });

// ---- addresses of the screens: what does not parse is left out, so that an old link still opens the list

const paging = { cursor: page.cursor.catch(undefined), limit: z.literal(50).default(50).catch(50) };
export const pageFilter = z.object(paging);
export const peopleFilter = z.object({
  q: peopleQuery.shape.q.catch(undefined),
  role: peopleQuery.shape.role.catch(undefined),
  group: peopleQuery.shape.group.catch(undefined),
  status: peopleQuery.shape.status.catch(undefined),
  ...paging,
});
