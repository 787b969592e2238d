/** What a command takes, as screens write it: the GraphQL input's fields with the enums as the command spells them. */
import type { introspection_types } from "../data/graphql-env";
import type { Decimal } from "../data/decimal";

/** The commands that wait on a device where there is no network, with the version of their body. */
export const VERSIONS = {
  "purchasing.record_receipt": 1,
  "purchasing.record_blind_receipt": 1,
  "sales.ship_sales_order": 1,
  "sales.record_handover": 1,
  "sales.sell_now": 1,
  "sales.record_return": 1,
  "sales.place_sales_order": 1,
  "sales.confirm_sales_order": 1,
  "sales.cancel_sales_order": 1,
  "inventory.record_count": 1,
  "inventory.adjust_stock": 1,
  "inventory.send_transfer": 1,
  "inventory.receive_transfer": 1,
  "inventory.attach_photo": 1,
} as const;

export type CommandName = keyof typeof VERSIONS;
export type InputOf<Name extends CommandName> = InputObject<`${Pascal<Last<Name>>}Input`>;

/** The command's own JSON, as `wireBody` makes it. */
export type BodyOf<Name extends CommandName> = Wire<InputOf<Name>>;

type Snake<Word> = Word extends `${infer Letter}${infer Rest}`
  ? `${Letter extends Lowercase<Letter> ? Letter : `_${Lowercase<Letter>}`}${Snake<Rest>}`
  : "";
type Wire<Given> = Given extends readonly (infer Item)[]
  ? readonly Wire<Item>[]
  : Given extends object
    ? { [Name in keyof Given as Snake<Name>]: Wire<Given[Name]> }
    : Given;

type Last<Name> = Name extends `${string}.${infer Rest}` ? Rest : never;
type Pascal<Words> = Words extends `${infer Word}_${infer Rest}`
  ? `${Capitalize<Word>}${Pascal<Rest>}`
  : Capitalize<Words & string>;

type Types = introspection_types;
type Scalars = { String: string; Boolean: boolean; Int: number; ID: string; UUID: string; Decimal: Decimal };
type Scalar<Name> = Name extends keyof Scalars ? Scalars[Name] : Name extends "Date" | "DateTime" ? string : unknown;

type Present<Ref> = Ref extends { kind: "LIST"; ofType: infer Item }
  ? readonly Value<Item>[]
  : Ref extends { kind: "ENUM"; name: infer Name extends keyof Types }
    ? Types[Name] extends { enumValues: infer Values extends string }
      ? Lowercase<Values>
      : never
    : Ref extends { kind: "INPUT_OBJECT"; name: infer Name }
      ? InputObject<Name>
      : Ref extends { name: infer Name }
        ? Scalar<Name>
        : never;
type Value<Ref> = Ref extends { kind: "NON_NULL"; ofType: infer Inner } ? Present<Inner> : Present<Ref> | null;

type Field = { name: string; type: unknown };
type Required<One> = One extends { name: infer Name extends string; type: { kind: "NON_NULL" } } ? Name : never;
type Optional<One> = One extends { type: { kind: "NON_NULL" } } ? never : (One & Field)["name"];
type TypeOf<One, Name> = One extends { name: Name; type: infer Type } ? Value<Type> : never;
type Fields<One extends Field> = { [Name in Required<One>]: TypeOf<One, Name> } & {
  [Name in Optional<One>]?: TypeOf<One, Name> | undefined;
};
type InputObject<Name> = Name extends keyof Types
  ? Types[Name] extends { inputFields: readonly (infer One extends Field)[] }
    ? Fields<One>
    : never
  : never;

/** The command's own JSON: snake_case, and nothing where the command has a default. */
export function wireBody(input: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(input)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), wireValue(value)]),
  );
}

function wireValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(wireValue);
  return typeof value === "object" && value !== null ? wireBody(value) : value;
}
