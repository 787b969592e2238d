/** The code exchange of OAuth 2.1 with PKCE (RFC 7636, S256), and what the tokens say. */
import type { Person } from "./profile";

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replace(/\+/g, "-")
    .replace(/\//g, "_")
    .replace(/=/g, "");

export const randomText = () => base64url(crypto.getRandomValues(new Uint8Array(32)));

export async function challengeOf(verifier: string): Promise<string> {
  return base64url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

/** The claims of a token that came straight from the token endpoint, whose TLS vouches for it (OpenID Core 3.1.3.7). */
export function claimsOf(token: string): Record<string, unknown> {
  const payload = (token.split(".")[1] ?? "").replace(/-/g, "+").replace(/_/g, "/");
  const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}

/** Whose access token it is; null for one that is none of ours. */
export function personOf(accessToken: string): Person | null {
  try {
    const { tenant, sub } = claimsOf(accessToken);
    return typeof tenant === "string" && typeof sub === "string" ? { companyId: tenant, userId: sub } : null;
  } catch {
    return null;
  }
}
