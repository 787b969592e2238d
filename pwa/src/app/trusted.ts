/**
 * The one Trusted Types policy of the app (`trusted-types huotong` in the content policy): which scripts may be started
 * by their address, as workers are. Only files of our own build; a policy can be made once in a page, so it is made here.
 */
type Policy = { createScriptURL(url: string): string };
type Factory = { createPolicy(name: string, rules: { createScriptURL(url: string): string }): Policy };

function own(url: string): string {
  const { origin, href } = new URL(url, location.href);
  if (origin !== location.origin) throw new TypeError(`not a script of ours: ${url}`);
  return href;
}

const factory = (globalThis as { trustedTypes?: Factory }).trustedTypes;
const policy: Policy = factory?.createPolicy("huotong", { createScriptURL: own }) ?? { createScriptURL: own };

/** What `new Worker` and `serviceWorker.register` take; a TrustedScriptURL where the browser has them. */
export const scriptUrl = (url: string): string => policy.createScriptURL(url);
