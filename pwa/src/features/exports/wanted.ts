/** A list as a query would ask for it: the name of its root field, its filter, its order. */
export type Wanted = { list: string; filter?: object | undefined; order?: readonly string[] };

/** What `matching` does on the device, as a filter of orders: each word is in the number or in the partner's name. */
export const numberOrPartner = (search: string) => {
  const words = search.split(/\s+/).filter((word) => word !== "");
  return words.length === 0
    ? {}
    : {
        and: words.map((word) => ({
          or: [{ number: { contains: word.toUpperCase() } }, { partner: { search: word } }],
        })),
      };
};

export type Choice = { columns: readonly string[] | null; format: "XLSX" | "CSV"; keys: boolean };

const USUAL: Choice = { columns: null, format: "XLSX", keys: false };
const keyOf = (list: string) => `huotong.export.${list}`;

/** What this person chose for the list last time on this device. */
export function lastChoice(list: string): Choice {
  try {
    const kept = JSON.parse(localStorage.getItem(keyOf(list)) ?? "{}") as Partial<Choice>;
    return { ...USUAL, ...kept };
  } catch {
    return USUAL;
  }
}

export const keepChoice = (list: string, choice: Choice) => localStorage.setItem(keyOf(list), JSON.stringify(choice));
