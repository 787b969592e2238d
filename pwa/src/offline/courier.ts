/** Takes calls to the server in the name of the person whose database they come from, and of nobody else. */
import { SignedOut } from "../data/errors";
import { fetchJson } from "../data/http";
import { personOf } from "../data/pkce";
import type { Person } from "../data/profile";
import type { Courier } from "./push";

/** Where access tokens come from: the session of a page, or the cookie in a service worker. */
export type Tokens = {
  accessToken: () => Promise<string>;
  tokenInsteadOf: (refused: string) => Promise<string>;
};

export { type Person, personOf };

export const samePerson = (one: Person | null, other: Person | null) =>
  one?.companyId === other?.companyId && one?.userId === other?.userId;

/** Somebody else is signed in: the queue of this person stays where it is. */
export const ANOTHER_PERSON = "another_person";

export function courierOf(person: Person, tokens: Tokens): Courier {
  const send = (token: string, body: string) => {
    if (!samePerson(personOf(token), person)) throw new SignedOut(ANOTHER_PERSON);
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
export const byCookie: Courier = async (body) => {
  const answer = await fetchJson("/sync/push", {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-Huotong-Client": "pwa", "Content-Type": "application/json", Accept: "application/json" },
    body,
  });
  if (answer.status === 401) throw new SignedOut("unauthorized");
  return answer;
};
