import { missed, reached } from "./connection";
import { SignedOut, Unreachable } from "./errors";
import { accessToken, session, tokenInsteadOf } from "./session";

/** `send` with a token, and once more with a fresh one where the first is refused. Throws Unreachable or SignedOut. */
export async function authorized<Answer extends { status: number }>(
  send: (token: string) => Promise<Answer>,
): Promise<Answer> {
  try {
    const token = await accessToken();
    let answer = await send(token);
    if (answer.status === 401) answer = await send(await tokenInsteadOf(token));
    if (answer.status === 401) {
      session.set({ status: "expired" });
      throw new SignedOut("unauthorized");
    }
    reached();
    return answer;
  } catch (error) {
    if (error instanceof Unreachable) missed();
    throw error;
  }
}
