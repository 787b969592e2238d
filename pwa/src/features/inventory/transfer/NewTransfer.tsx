import { NativeSelect, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ArrowLeftRight, Truck } from "lucide-react";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useMe } from "../../../data/me";
import { uuid7 } from "../../../data/uuid";
import { useOffline } from "../../../offline/commands";
import type { Id } from "../../../offline/types";
import { usePlaces } from "../../../offline/views";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { QueuedNotice } from "../../../ui/QueuedNotice";
import { useFieldProblems } from "../../../ui/Refusal";
import { Empty, Forbidden, LoadingRows } from "../../../ui/states";
import { useCorrection } from "../../useCorrection";
import { WithPlace } from "../../WithPlace";
import styles from "../AdjustPage.module.css";
import type { KeptLine } from "../goods";
import { GoodsLines } from "../GoodsLines";
import { useGoodsLines } from "../useGoodsLines";
import { useEscape } from "../useKeys";
import { useKeptForm } from "../useKeptForm";

type Sending = { from: Id | null; to: Id | null; note: string; lines: readonly KeptLine[] };

const EMPTY: Sending = { from: null, to: null, note: "", lines: [] };

/** Goods leave for another place of ours: a fact, whatever the books say is here. */
export default function NewTransfer() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const { places, first, ready, keep } = usePlaces();
  const { body, put, clear, restore } = useKeptForm("transfer", EMPTY);
  const { state, run, clear: forget } = useOffline("inventory.send_transfer");
  const { replaces, done } = useCorrection(state, restore);
  const [sent, setSent] = useState<Id | null>(null);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const problems = useFieldProblems(state.step === "answered" ? state.outcome : null);
  const form = body ?? EMPTY;
  const from = form.from ?? first ?? "";
  const to = form.to ?? "";
  const touch = (change: (before: Sending) => Sending) => {
    put(change);
    if (state.step !== "idle") forget();
    setSent(null);
  };
  const goods = useGoodsLines(form.lines, from, (change) =>
    touch((before) => ({ ...before, lines: change(before.lines) })),
  );
  useEscape(() => go("/transfers"));

  const nameOf = (id: Id) => places.find((place) => place.id === id)?.label ?? "";
  const wrong = to === "" ? t`Choose where it goes.` : to === from ? t`It has to be another place.` : undefined;

  const submit = async () => {
    setTried(true);
    if (!goods.complete || wrong !== undefined || from === "") return;
    setBusy(true);
    const transferId = uuid7();
    const count = goods.inputs.length;
    const lines = goods.inputs.map(({ productId, unitId, quantity }) => ({ productId, unitId, quantity }));
    const kept = await run(
      {
        transferId,
        documentId: uuid7(),
        fromLocationId: from,
        toLocationId: to,
        lines,
        note: form.note.trim() || undefined,
      },
      {
        lane: transferId,
        replaces,
        label: {
          title: t`Transfer ${nameOf(from)} → ${nameOf(to)}`,
          detail: t`lines: ${count}`,
          href: `/transfers/${transferId}`,
        },
      },
    ).catch(() => null);
    setBusy(false);
    if (kept === null) return;
    done();
    keep(from);
    setTried(false);
    setSent(transferId);
    clear({ ...EMPTY, from: form.from, to: form.to });
  };

  const back = { href: "/transfers", label: t`Back to the transfers` };
  if (!can("stock.transfer")) {
    return (
      <Page title={t`New transfer`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  if (body !== undefined && places.length === 1) {
    return (
      <Page title={t`New transfer`} back={back}>
        <Empty icon={ArrowLeftRight} title={<Trans>There is only one place</Trans>}>
          <Trans>
            A transfer goes from one warehouse to another, and you see one. A manager can give you a second.
          </Trans>
        </Empty>
      </Page>
    );
  }
  const refused = (field: string) =>
    problems.find((problem) => problem.line === null && problem.field === field)?.message;
  const options = places.map(({ id, label }) => ({ value: id, label }));
  return (
    <Page
      title={t`New transfer`}
      back={back}
      action={{
        icon: Truck,
        label:
          form.lines.length === 0 ? (
            <Trans>Send</Trans>
          ) : (
            <Plural value={form.lines.length} one="Send # line" other="Send # lines" />
          ),
        busy,
        disabled: form.lines.length === 0,
        onAct: () => void submit(),
      }}
    >
      <QueuedNotice state={state} />
      {sent !== null && (
        <p>
          <Link href={`/transfers/${sent}`}>
            <Trans>Show the transfer</Trans>
          </Link>
        </p>
      )}
      {body === undefined ? (
        <LoadingRows rows={4} height={56} />
      ) : (
        <WithPlace places={places} ready={ready}>
          <div className={styles.fields}>
            <NativeSelect
              label={t`From`}
              value={from}
              data={options}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                touch((before) => ({ ...before, from: chosen }));
              }}
              error={refused("fromLocationId")}
            />
            <NativeSelect
              label={t`To`}
              value={to}
              data={[{ value: "", label: t`Choose a place` }, ...options.filter(({ value }) => value !== from)]}
              onChange={(event) => {
                const chosen = event.currentTarget.value;
                touch((before) => ({ ...before, to: chosen }));
              }}
              error={tried ? (wrong ?? refused("toLocationId")) : undefined}
            />
            <TextInput
              label={t`Note`}
              value={form.note}
              onChange={(event) => {
                const typed = event.currentTarget.value;
                touch((before) => ({ ...before, note: typed }));
              }}
              error={refused("note")}
              maxLength={1000}
            />
          </div>
          {goods.short && (
            <Notice tone="waits">
              <Trans>
                More than this device knows to be here. What really left is booked all the same, and somebody is asked
                to look at it.
              </Trans>
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
