/// <reference types="vite/client" />

/** Of package.json. */
declare const APP_VERSION: string;

declare module "*.po" {
  import type { Messages } from "@lingui/core";
  export const messages: Messages;
}
