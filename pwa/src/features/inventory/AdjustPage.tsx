import { TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { CircleCheck } from "lucide-react";
import { useState } from "react";
import { useLocation } from "wouter";
import { useMe } from "../../data/me";
import { uuid7 } from "../../data/uuid";
import { useOffline } from "../../offline/commands";
import type { Id } from "../../offline/types";
import { usePlaces } from "../../offline/views";
import { Notice } from "../../ui/Notice";
import { Page } from "../../ui/Page";
import { QueuedNotice } from "../../ui/QueuedNotice";
import { useFieldProblems } from "../../ui/Refusal";
import { Forbidden, LoadingRows } from "../../ui/states";
import { Tabs } from "../../ui/Tabs";
import { WarehouseSelect } from "../masterdata/WarehouseSelect";
import { useCorrection } from "../useCorrection";
import { WithPlace } from "../WithPlace";
import styles from "./AdjustPage.module.css";
import type { KeptLine } from "./goods";
import { GoodsLines } from "./GoodsLines";
import { useGoodsLines } from "./useGoodsLines";
import { useEscape } from "./useKeys";
import { useKeptForm } from "./useKeptForm";

type Direction = "in" | "out";
type Reason = "found" | "broken" | "given" | "used" | "other";
type Adjustment = { place: Id | null; direction: Direction; reason: Reason; words: string; lines: readonly KeptLine[] };

const EMPTY: Adjustment = { place: null, direction: "out", reason: "broken", words: "", lines: [] };

const REASONS = {
  in: ["found", "other"],
  out: ["broken", "given", "used", "other"],
} as const satisfies Record<Direction, readonly Reason[]>;

function useReasons(): Record<Reason, string> {
  const { t } = useLingui();
  return {
    found: t`Found`,
    broken: t`Broken`,
    given: t`Given away`,
    used: t`Used up`,
    other: t`Other reason`,
  };
}

/** Stock is put right without an order or a count: in or out, with a reason. */
export default function AdjustPage() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const reasons = useReasons();
  const { places, first, ready, keep } = usePlaces();
  const { body, put, clear, restore } = useKeptForm("adjustment", EMPTY);
  const { state, run, clear: forget } = useOffline("inventory.adjust_stock");
  const { replaces, done } = useCorrection(state, restore);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const form = body ?? EMPTY;
  const place = form.place ?? first ?? "";
  const touch = (change: (before: Adjustment) => Adjustment) => {
    put(change);
    if (state.step !== "idle") forget();
  };
  const goods = useGoodsLines(form.lines, form.direction === "out" ? place : null, (change) =>
    touch((before) => ({ ...before, lines: change(before.lines) })),
  );
  useEscape(() => go("/"));

  const words = form.words.trim();
  const reason =
    form.reason === "other" ? words : words === "" ? reasons[form.reason] : `${reasons[form.reason]}: ${words}`;
  const unsaid = reason === "";

  const submit = async () => {
    setTried(true);
    if (!goods.complete || unsaid || place === "") return;
    setBusy(true);
    const count = goods.inputs.length;
    const lines = goods.inputs.map(({ productId, unitId, quantity }) => ({
      productId,
      unitId,
      quantity,
      direction: form.direction,
    }));
    const kept = await run(
      { documentId: uuid7(), locationId: place, lines, reason },
      {
        label: {
          title: form.direction === "in" ? t`Goods in: ${reason}` : t`Goods out: ${reason}`,
          detail: t`lines: ${count}`,
          href: "/adjust",
        },
        replaces,
      },
    ).catch(() => null);
    setBusy(false);
    if (kept === null) return;
    done();
    keep(place);
    setTried(false);
    clear({ ...EMPTY, place: form.place, direction: form.direction, reason: form.reason });
  };

  const back = { href: "/", label: t`Home` };
  if (!can("stock.adjust")) {
    return (
      <Page title={t`Adjust stock`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  const refused = (field: string) =>
    problems.find((problem) => problem.line === null && problem.field === field)?.message;
  return (
    <Page
      title={t`Adjust stock`}
      back={back}
      action={{
        icon: CircleCheck,
        label:
          form.lines.length === 0 ? (
            <Trans>Adjust</Trans>
          ) : form.direction === "in" ? (
            <Plural value={form.lines.length} one="Take in # line" other="Take in # lines" />
          ) : (
            <Plural value={form.lines.length} one="Take out # line" other="Take out # lines" />
          ),
        busy,
        disabled: form.lines.length === 0,
        onAct: () => void submit(),
      }}
    >
      <QueuedNotice state={state} />
      {body === undefined ? (
        <LoadingRows rows={4} height={56} />
      ) : (
        <WithPlace places={places} ready={ready}>
          <div className={styles.head}>
            <Tabs
              label={t`Direction`}
              value={form.direction}
              onChange={(direction: Direction) =>
                touch((before) => ({ ...before, direction, reason: REASONS[direction][0] }))
              }
              tabs={[
                ["out", t`Goods out`],
                ["in", t`Goods in`],
              ]}
            />
            <Tabs
              label={t`Reason`}
              value={form.reason}
              onChange={(chosen: Reason) => touch((before) => ({ ...before, reason: chosen }))}
              tabs={REASONS[form.direction].map((key) => [key, reasons[key]] as const)}
            />
            <div className={styles.fields}>
              <WarehouseSelect
                places={places}
                value={place}
                onChange={(chosen) => touch((before) => ({ ...before, place: chosen }))}
                error={refused("locationId")}
              />
              <TextInput
                label={form.reason === "other" ? t`Which reason` : t`More about it`}
                value={form.words}
                onChange={(event) => {
                  const typed = event.currentTarget.value;
                  touch((before) => ({ ...before, words: typed }));
                }}
                error={tried && unsaid ? t`Say why.` : refused("reason")}
                required={form.reason === "other"}
                withAsterisk={false}
                maxLength={120}
              />
            </div>
          </div>
          {goods.short && (
            <Notice tone="waits">
              <Trans>More than this device knows to be available. The server may refuse it.</Trans>
            </Notice>
          )}
          <GoodsLines
            goods={goods}
            problems={problems}
            tried={tried}
            begin={<Trans>Search a product or scan its barcode; a scanned case counts as a case.</Trans>}
          />
        </WithPlace>
      )}
    </Page>
  );
}
