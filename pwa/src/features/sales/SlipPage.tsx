import { Button, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck } from "lucide-react";
import { useRef, useState } from "react";
import { Link } from "wouter";
import { graphql } from "../../data/graphql";
import { useMe } from "../../data/me";
import { OUTCOME, useCommand } from "../../data/command";
import { uuid7 } from "../../data/uuid";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { Money } from "../../ui/Quantity";
import { CommandNotice, useFieldProblems } from "../../ui/Refusal";
import type { Choice } from "../../ui/SearchPicker";
import { Empty, Forbidden, ProblemState } from "../../ui/states";
import { useWedge } from "../../ui/useWedge";
import { PartnerPicker } from "../masterdata/PartnerPicker";
import { ProductPicker } from "../masterdata/ProductPicker";
import { type FoundProduct, fullName, productsByCode } from "../masterdata/products";
import { usePlaces, WarehouseSelect } from "../masterdata/WarehouseSelect";
import orders from "../orders.module.css";
import { LineEditor } from "./LineEditor";
import { check, type SlipLine, total, withProduct } from "./slip";
import styles from "./SlipPage.module.css";

const SELL_NOW = graphql(
  `
    mutation SellNow($id: UUID!, $input: SellNowInput!) {
      outcome: sellNow(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

/** 开单: customer, warehouse and lines on one page; goods leave at once. */
export default function SlipPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const { places, first, keep, error, reload } = usePlaces();
  const { state, run, clear } = useCommand(SELL_NOW);
  const [customer, setCustomer] = useState<Choice | null>(null);
  const [chosenPlace, setPlace] = useState<string>();
  const [lines, setLines] = useState<SlipLine[]>([]);
  const [note, setNote] = useState("");
  const [tried, setTried] = useState(false);
  const [codes, setCodes] = useState<{ code: string; choices: FoundProduct[]; failed?: boolean } | null>(null);
  const [sold, setSold] = useState<{ orderId: string; amount: string } | null>(null);
  const picker = useRef<HTMLInputElement>(null);

  const place = chosenPlace ?? first ?? "";
  const locked = state.step === "sending" || state.step === "unanswered";
  const checks = lines.map((line) => check(line, place));
  const amount = total(lines);
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const refusedField = (field: string) =>
    problems.find((problem) => problem.line === null && problem.field === field)?.message;

  const change = (next: SlipLine[]) => {
    setLines(next);
    setSold(null);
    clear();
  };
  const addProduct = (product: FoundProduct, code?: string) => {
    change(withProduct(lines, product, code));
    setCodes(null);
  };

  useWedge((code) => {
    productsByCode(code).then(
      (choices) => (choices.length === 1 && choices[0] ? addProduct(choices[0], code) : setCodes({ code, choices })),
      () => setCodes({ code, choices: [], failed: true }),
    );
  }, !locked);

  const submit = async () => {
    setTried(true);
    if (!customer || place === "" || lines.length === 0 || checks.some((line) => line.problem)) return;
    const orderId = uuid7();
    const outcome = await run({
      orderId,
      partnerId: customer.id,
      locationId: place,
      note: note.trim(),
      lines: checks.flatMap((line) => (line.problem ? [] : [line.input])),
    });
    if (outcome?.status !== "ACCEPTED") return;
    keep(place);
    setSold({ orderId, amount });
    setLines([]);
    setCustomer(null);
    setNote("");
    setTried(false);
  };

  if (!can("sales.ship") || !can("sales.price")) {
    return (
      <Page title={t`New slip`} back={{ href: "/", label: t`Home` }}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page
      title={t`New slip`}
      back={{ href: "/", label: t`Home` }}
      action={{
        icon: CircleCheck,
        label: (
          <span>
            <Trans>Sell</Trans>
            {lines.length > 0 && (
              <>
                {" · "}
                <Money value={amount} />
              </>
            )}
          </span>
        ),
        busy: state.step === "sending",
        disabled: locked || lines.length === 0,
        onAct: () => void submit(),
      }}
    >
      {sold && (
        <Notice
          tone="done"
          action={
            <Link href={`/sales-orders/${sold.orderId}`}>
              <Trans>Show the slip</Trans>
            </Link>
          }
        >
          <Trans>Sold and shipped:</Trans> <Money value={sold.amount} strong />
        </Notice>
      )}
      <CommandNotice state={state} onRepeat={() => void submit()} onReload={() => void reload()} />
      {error && <ProblemState error={error} onRetry={() => void reload()} />}
      <div className={styles.head}>
        <PartnerPicker
          kind="isCustomer"
          label={t`Customer`}
          placeholder={t`Search a customer`}
          value={customer}
          onChange={setCustomer}
          error={tried && !customer ? t`Choose the customer.` : refusedField("partnerId")}
          disabled={locked}
        />
        <WarehouseSelect
          places={places}
          value={place}
          onChange={setPlace}
          error={refusedField("locationId")}
          disabled={locked}
        />
      </div>
      <LineEditor
        lines={lines}
        place={place}
        checks={checks}
        problems={problems}
        tried={tried}
        disabled={locked}
        onChange={change}
        onLeave={() => picker.current?.focus()}
      />
      {codes && <CodeChoice {...codes} onChoose={(product) => addProduct(product, codes.code)} />}
      <ProductPicker onChoose={(product) => addProduct(product)} disabled={locked} inputRef={picker} />
      {lines.length === 0 ? (
        <Empty title={<Trans>No lines yet</Trans>}>
          <Trans>Search a product or scan its barcode; a scanned case counts as a case.</Trans>
        </Empty>
      ) : (
        <p className={orders.total}>
          <span>
            <Plural value={lines.length} one="Total, # line" other="Total, # lines" />
          </span>
          <Money value={amount} strong />
        </p>
      )}
      <TextInput
        label={t`Note`}
        value={note}
        onChange={(event) => setNote(event.currentTarget.value)}
        error={refusedField("note")}
        disabled={locked}
        maxLength={1000}
      />
    </Page>
  );
}

type CodeChoiceProps = {
  code: string;
  choices: FoundProduct[];
  failed?: boolean;
  onChoose: (product: FoundProduct) => void;
};

/** A code nobody has, or that several products share (一码多品). */
function CodeChoice({ code, choices, failed = false, onChoose }: CodeChoiceProps) {
  if (choices.length === 0) {
    return (
      <Notice tone="waits">
        {failed ? (
          <Trans>The code {code} could not be looked up: no connection to the server.</Trans>
        ) : (
          <Trans>No product has the code {code}.</Trans>
        )}
      </Notice>
    );
  }
  return (
    <Notice
      tone="open"
      action={
        <span className={styles.choices}>
          {choices.map((product) => (
            <Button key={product.id} variant="default" onClick={() => onChoose(product)}>
              {fullName(product)}
            </Button>
          ))}
        </span>
      }
    >
      <Trans>Several products have the code {code}. Which one is it?</Trans>
    </Notice>
  );
}
