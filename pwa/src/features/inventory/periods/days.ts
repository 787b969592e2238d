/** Days are text, YYYY-MM-DD, as the server has them; they compare as they are. */
import { dates } from "../../../data/formatters";

const DAY_MS = 24 * 3_600_000;
const GRACE_MS = 3_600_000; // see `domain/inventory/periods.py`: a day that has just ended waits for what is on its way

const dayOf = (moment: number, timeZone: string) =>
  dates("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(moment);

export const after = (day: string, days = 1) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** The last day that may be closed, where the company is. */
export const lastOver = (timeZone: string, now = Date.now()) => after(dayOf(now - GRACE_MS, timeZone), -1);

/** The end of the last month that ended on this day or before. */
export const monthEnd = (day: string) => after(`${after(day).slice(0, 7)}-01`, -1);

/** From the first day to the last, both counted. */
export const daysBetween = (first: string, last: string) =>
  (Date.parse(`${last}T00:00:00Z`) - Date.parse(`${first}T00:00:00Z`)) / DAY_MS + 1;
