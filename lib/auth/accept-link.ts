import "server-only";

import { recordChange } from "@/lib/audit/append";
import { db, type Tx } from "@/lib/db";
import { AppError } from "@/lib/errors";
import { newId } from "@/lib/ids";
import { aboutPerson } from "./about-person";
import { endAll } from "./end-session";
import { type OpenLink, readLink, takeLink, voidLinks } from "./one-time-link";
import { hashPassword, passwordProblem } from "./password";
import type { AcceptInput } from "./schema";

/** Uses a one-time link. Whoever holds it proves who they are from now on: by a password, or by a subject at the identity provider. */

/**
 * Sets name and password. Without a person behind the link it makes the first administrator.
 * @returns the email to sign in with
 * @throws AppError `not_found` when the link cannot be used, `invalid_request` for the password or the email
 */
export async function acceptWithPassword(input: AcceptInput): Promise<{ email: string }> {
  const open = await readLink(input.token); // before the costly hash, which strangers could otherwise ask for
  if (!open) throw spent();
  const email = open.person?.email ?? input.email;
  if (!email) throw invalid("/email", "must not be empty");
  const problem = passwordProblem(input.password, { email, name: input.name });
  if (problem) throw invalid("/password", problem);
  const passwordHash = await hashPassword(input.password);

  return accept(input.token, "password", async (tx, link) => {
    if (link.person) {
      await tx.person.update({
        where: { id: link.person.id },
        data: { name: input.name, passwordHash },
        select: { id: true },
      });
      return { id: link.person.id, result: { email: link.person.email } };
    }
    return { id: await makeAdministrator(tx, { email, name: input.name, passwordHash }), result: { email } };
  });
}

/**
 * Ties a subject of the identity provider to the person of the link. The link is the proof; an equal email address is none.
 * @param subject issuer and `sub`, joined by `|`
 * @returns the person's id
 * @throws AppError `not_found` when the link cannot be used, `conflict` when the subject is somebody else, `invalid_request` without an email
 */
export async function acceptWithSubject(
  token: string,
  subject: string,
  claims: { email: string | null; name: string | null },
): Promise<string> {
  return accept(token, "single sign-on", async (tx, link) => {
    const holder = await tx.person.findUnique({ where: { oidcSubject: subject }, select: { id: true } });
    if (holder && holder.id !== link.person?.id)
      throw new AppError("conflict", "this identity already belongs to another account");
    if (link.person) {
      await tx.person.update({ where: { id: link.person.id }, data: { oidcSubject: subject }, select: { id: true } });
      return { id: link.person.id, result: link.person.id };
    }
    if (!claims.email) throw new AppError("invalid_request", "the identity provider sent no email address");
    const id = await makeAdministrator(tx, {
      email: claims.email,
      name: claims.name ?? claims.email,
      oidcSubject: subject,
    });
    return { id, result: id };
  });
}

async function accept<Result>(
  token: string,
  method: string,
  use: (tx: Tx, link: OpenLink) => Promise<{ id: string; result: Result }>,
): Promise<Result> {
  const open = await readLink(token);
  if (!open) throw spent();
  return recordChange(open.person ? { personId: open.person.id } : "system", async (tx) => {
    const link = await takeLink(tx, token);
    if (!link) throw spent();
    const { id, result } = await use(tx, link);
    await voidLinks(tx, link.person?.id ?? null);
    await endAll(tx, id);
    return {
      result,
      events: [
        await aboutPerson(link.person ? "person_changed" : "person_added", id, {
          how: "came in with a one-time link",
          signsInWith: method,
        }),
      ],
    };
  });
}

async function makeAdministrator(
  tx: Tx,
  data: { email: string; name: string; passwordHash?: string; oidcSubject?: string },
): Promise<string> {
  if (await hasAdministrator(tx)) throw spent();
  if (await tx.person.findUnique({ where: { email: data.email }, select: { id: true } }))
    throw invalid("/email", "somebody already has this address");
  const id = newId("per");
  await tx.person.create({ data: { id, ...data, roles: ["admin"] }, select: { id: true } });
  return id;
}

function spent(): AppError {
  return new AppError("not_found", "this link was used already, or is too old: ask an administrator for a new one");
}

function invalid(path: string, message: string): AppError {
  return new AppError("invalid_request", `\`${path}\` is not valid: ${message}`, { fields: [{ path, message }] });
}

/** Whether anybody can sign in to production as an administrator. */
export async function hasAdministrator(from: Pick<Tx, "person"> = db): Promise<boolean> {
  const ways = [{ passwordHash: { not: null } }, { oidcSubject: { not: null } }];
  return (await from.person.count({ where: { active: true, roles: { has: "admin" }, OR: ways } })) > 0;
}
