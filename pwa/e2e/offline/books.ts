/** What the server really did: read from its database, past every door and screen. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);
type Where = { psql: string; url: string };

export type Logged = { id: string; name: string; door: string; occurredAt: string };

export class Books {
  readonly #where: Where;
  readonly #slug: string;
  #schema: string | undefined;

  constructor(database: string, slug: string) {
    this.#where = JSON.parse(database) as Where;
    this.#slug = slug;
  }

  /** Rows of one SELECT over the company's tables and `control`'s. `$1`, `$2` … are text. */
  async rows<Row>(select: string, ...values: string[]): Promise<Row[]> {
    const text = select.replace(/\$(\d+)/g, (_, n: string) => quoted(values[Number(n) - 1] ?? ""));
    const out = await this.#psql(
      `set search_path = ${await this.schema()}; select coalesce(json_agg(found), '[]') from (${text}) found`,
    );
    return JSON.parse(out) as Row[];
  }

  /** Statements that set the scene where no command can: an old cursor, a spent token. */
  async change(statement: string, ...values: string[]): Promise<void> {
    const text = statement.replace(/\$(\d+)/g, (_, n: string) => quoted(values[Number(n) - 1] ?? ""));
    await this.#psql(`set search_path = ${await this.schema()}; ${text}`);
  }

  async schema(): Promise<string> {
    this.#schema ??= (await this.#psql(`select schema from control.company where slug = ${quoted(this.#slug)}`)).trim();
    return this.#schema;
  }

  /** The calls that came through the offline door and were remembered, newest last. */
  synced(): Promise<Logged[]> {
    return this.rows(
      `select id, name, door, occurred_at as "occurredAt" from command_log where door = 'sync' order by recorded_at, id`,
    );
  }

  /** How often a command is in the log (it can only be once) and what it moved, as signed by `place`. */
  async applied(id: string): Promise<{ logged: number; moves: number; documents: number }> {
    const [found] = await this.rows<{ logged: number; moves: number; documents: number }>(
      `select (select count(*) from command_log where id = $1::uuid) as logged,
        (select count(*) from stock_move where command_id = $1::uuid) as moves,
        (select count(distinct document_id) from stock_move where command_id = $1::uuid) as documents`,
      id,
    );
    if (!found) throw new Error("a count has one row");
    return found;
  }

  /** From the moves, not from the balance: both have to say the same. */
  async onHand(product: string, place: string): Promise<number> {
    const [found] = await this.rows<{ moved: string; balance: string }>(
      `select coalesce((select sum(case when to_location_id = $2::uuid then quantity else -quantity end)
         from stock_move where product_id = $1::uuid and $2::uuid in (from_location_id, to_location_id)), 0) as moved,
        coalesce((select sum(on_hand) from stock_balance where product_id = $1::uuid and location_id = $2::uuid), 0)
         as balance`,
      product,
      place,
    );
    if (!found || Number(found.moved) !== Number(found.balance))
      throw new Error(`moves and balance differ: ${JSON.stringify(found)}`);
    return Number(found.moved);
  }

  async #psql(text: string): Promise<string> {
    const options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"];
    const { stdout } = await run(this.#where.psql, [...options, "--dbname", this.#where.url, "--command", text], {
      maxBuffer: 64_000_000,
    });
    return stdout;
  }
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
