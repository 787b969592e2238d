/** Takes calls to the server in the name of the person whose database they come from, and of nobody else. */
import { SignedOut } from "../data/errors";
import { fetchJson } from "../data/http";
import { claimsOf } from "../data/pkce";
import type { Courier } from "./push";
import type { Id } from "./types";

/** Where access tokens come from: the session of a page, or the cookie in a service worker. */
export type Tokens = {
  accessToken: () => Promise<string>;
  tokenInsteadOf: (refused: string) => Promise<string>;
};

export type Person = { companyId: Id; userId: Id };

/** Whose token it is; null for what is none of ours. */
export function personOf(token: string): Person | null {
  try {
    const { tenant, sub } = claimsOf(token);
    return typeof tenant === "string" && typeof sub === "string" ? { companyId: tenant, userId: sub } : null;
  } catch {
    return null;
  }
}

export const samePerson = (one: Person | null, other: Person | null) =>
  one?.companyId === other?.companyId && one?.userId === other?.userId;

/** Somebody else is signed in: the queue of this person stays where it is. */
export const ANOTHER_PERSON = "another_person";

export function courierOf(person: Person, tokens: Tokens): Courier {
  const send = (token: string, body: string) => {
    const { companyId, userId } = personOf(token) ?? {};
    if (companyId !== person.companyId || userId !== person.userId) throw new SignedOut(ANOTHER_PERSON);
    return fetchJson("/sync/push", {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json", Accept: "application/json" },
      body,
    });
  };
  return async (body) => {
    const token = await tokens.accessToken();
    let answer = await send(token, body);
    if (answer.status === 401) answer = await send(await tokens.tokenInsteadOf(token), body);
    if (answer.status === 401) throw new SignedOut("unauthorized");
    return answer;
  };
}

/** The door that is left to a device which its company has shut out: what was done is handed to a manager. */
export const byCookie: Courier = (body) =>
  fetchJson("/sync/push", {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-Huotong-Client": "pwa", "Content-Type": "application/json", Accept: "application/json" },
    body,
  });
