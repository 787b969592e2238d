import { useLingui } from "@lingui/react";
import { type Decimal, show } from "../data/decimal";

/** Numbers and times as the chosen language writes them. */
export function useFormat() {
  const { i18n } = useLingui();
  const { locale } = i18n;
  return {
    quantity: (value: Decimal) => show(value, locale),
    money: (value: Decimal) => show(value, locale, { min: 2, max: 8 }),
    date: (value: string) =>
      // A day is a day: read as UTC and shown as UTC, or it slips by one west of Greenwich.
      new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" }).format(new Date(`${value}T00:00:00Z`)),
    moment: (value: string) =>
      new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" }).format(new Date(value)),
    ago: (time: number, now = Date.now()) => {
      const minutes = Math.round((time - now) / 60_000);
      const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" });
      return Math.abs(minutes) < 60
        ? relative.format(minutes, "minute")
        : relative.format(Math.round(minutes / 60), "hour");
    },
  };
}
