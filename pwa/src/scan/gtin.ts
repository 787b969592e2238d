/** The numbers that GS1 gives out: one number in 8, 12, 13 or 14 digits, the last of them a check digit. */

const LENGTHS = [8, 12, 13, 14];

/** Of the digits before it: from the right they count three times and once in turn. */
export function checkDigit(digits: string): string {
  const sum = [...digits].toReversed().reduce((total, digit, place) => total + Number(digit) * (place % 2 ? 1 : 3), 0);
  return String((10 - (sum % 10)) % 10);
}

export const hasCheckDigit = (digits: string) =>
  /^\d{2,}$/.test(digits) && checkDigit(digits.slice(0, -1)) === digits.at(-1);

export const isGtin = (code: string) => LENGTHS.includes(code.length) && hasCheckDigit(code);

/** The shortest that GS1 knows it by: a UPC-A is an EAN-13 with a leading zero, and a case has a number of its own. */
export function normalGtin(gtin: string): string {
  const full = gtin.padStart(14, "0");
  if (full.startsWith("000000")) return full.slice(6);
  return full.startsWith("0") ? full.slice(1) : full;
}

/** Every way in which a catalogue may have written the number down, the one that was read first. */
export function writings(gtin: string): string[] {
  const full = gtin.padStart(14, "0");
  const shorter = [13, 12, 8].filter((length) => full.slice(0, 14 - length).replaceAll("0", "") === "");
  return [...new Set([gtin, normalGtin(gtin), ...shorter.map((length) => full.slice(-length)), full])];
}

/** What is in the case, by the number that a case is given most often: its content's with another first digit. */
export function insideOf(gtin: string): string | undefined {
  if (gtin.length !== 14 || gtin.startsWith("0")) return undefined;
  const digits = gtin.slice(1, -1);
  return digits + checkDigit(digits);
}

/** UPC-E leaves out zeros: 8 digits as printed, for a UPC-A. Cameras and most scanners give the long form at once. */
export function fromUpcE(code: string): string | undefined {
  const [, system, digits = "", check] = /^([01])(\d{6})(\d)$/.exec(code) ?? [];
  if (system === undefined) return undefined;
  const last = Number(digits[5]);
  const long =
    last <= 2
      ? `${digits.slice(0, 2)}${last}0000${digits.slice(2, 5)}`
      : last === 3
        ? `${digits.slice(0, 3)}00000${digits.slice(3, 5)}`
        : last === 4
          ? `${digits.slice(0, 4)}00000${digits[4]}`
          : `${digits.slice(0, 5)}0000${last}`;
  const upc = system + long + check;
  return hasCheckDigit(upc) ? upc : undefined;
}
