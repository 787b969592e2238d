import { useLingui } from "@lingui/react";
import { type Decimal, show } from "../data/decimal";
import { dates, numbers, spans } from "../data/formatters";

/** The server counts the rows of a list up to one more than this. */
const COUNTED = 10_000;

/** Numbers and times as the chosen language writes them. */
export function useFormat() {
  const { i18n } = useLingui();
  const { locale } = i18n;
  return {
    quantity: (value: Decimal) => show(value, locale),
    /** A unit price may have more decimals than the currency; they are shown, not rounded. */
    money: (value: Decimal, currency: string) =>
      show(value, locale, {
        style: "currency",
        currency,
        currencyDisplay: "narrowSymbol",
        maximumFractionDigits: 8,
      }),
    whole: (value: number) => show(String(value), locale),
    /** In bytes, as people say it. */
    size: (bytes: number) => {
      const [value, unit] =
        bytes < 1e3 ? [bytes, "byte"] : bytes < 1e6 ? [bytes / 1e3, "kilobyte"] : [bytes / 1e6, "megabyte"];
      const digits = value < 10 ? 1 : 0;
      return numbers(locale, { style: "unit", unit, maximumFractionDigits: digits }).format(value);
    },
    count: (total: number) => (total > COUNTED ? `${show(String(COUNTED), locale)}+` : show(String(total), locale)),
    date: (value: string, now = new Date()) =>
      // A day is a day: read as UTC and shown as UTC, or it slips by one west of Greenwich.
      dates(locale, {
        ...(value.startsWith(String(now.getFullYear())) ? {} : { year: "numeric" }),
        month: "short",
        day: "numeric",
        timeZone: "UTC",
      }).format(new Date(`${value}T00:00:00Z`)),
    moment: (value: string, now = new Date()) => {
      const moment = new Date(value);
      const thisYear = moment.getFullYear() === now.getFullYear();
      return dates(locale, {
        ...(thisYear ? {} : { year: "numeric" }),
        month: "short",
        day: "numeric",
        hour: "2-digit",
        minute: "2-digit",
        hourCycle: "h23",
      }).format(moment);
    },
    ago: (time: number, now = Date.now()) => {
      const minutes = Math.round((time - now) / 60_000);
      const relative = spans(locale, { numeric: "auto", style: "short" });
      return Math.abs(minutes) < 60
        ? relative.format(minutes, "minute")
        : relative.format(Math.round(minutes / 60), "hour");
    },
  };
}
