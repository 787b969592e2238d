import { Switch, TextInput } from "@mantine/core";
import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { ClipboardList, Search } from "lucide-react";
import { useEffect, useState } from "react";
import { useLocation } from "wouter";
import { useMe } from "../../../data/me";
import { stockedAt } from "../../../offline/stocked";
import type { Id } from "../../../offline/types";
import { usePlaces, useProductSearch } from "../../../offline/views";
import { Notice } from "../../../ui/Notice";
import { Page } from "../../../ui/Page";
import { Forbidden } from "../../../ui/states";
import { Tabs } from "../../../ui/Tabs";
import { WarehouseSelect } from "../../masterdata/WarehouseSelect";
import { WithPlace } from "../../WithPlace";
import { useEscape } from "../useKeys";
import styles from "./NewCount.module.css";
import { beginSheet } from "./sheets";

type Way = "all" | "part" | "scan";
const PART_AT_MOST = 5000;

export default function NewCount() {
  const { t } = useLingui();
  const { can } = useMe();
  const [, go] = useLocation();
  const { places, first, ready: placesReady, keep } = usePlaces();
  const [chosen, setChosen] = useState<Id>();
  const [way, setWay] = useState<Way>("all");
  const [words, setWords] = useState("");
  const [blind, setBlind] = useState(false);
  const [busy, setBusy] = useState(false);
  useEscape(() => go("/counts"));

  const place = places.find(({ id }) => id === (chosen ?? first));
  const here = useStocked(place?.id);
  const { products } = useProductSearch(way === "part" ? words : "", PART_AT_MOST);
  const part = words.trim() === "" ? [] : products.filter(({ kind }) => kind === "GOODS").map(({ id }) => id);
  const list = { all: here, part, scan: null }[way];
  const ready = place !== undefined && (list === null || (list !== undefined && list.length > 0));

  const begin = async () => {
    if (!place || list === undefined) return;
    setBusy(true);
    keep(place.id);
    const about = { placeId: place.id, placeName: place.label, blind, list, part: way === "part" ? words.trim() : "" };
    go(`/counts/${await beginSheet(about)}`, { replace: true });
  };

  const back = { href: "/counts", label: t`Back to the counts` };
  if (!can("stock.count")) {
    return (
      <Page title={t`New count`} back={back}>
        <Forbidden />
      </Page>
    );
  }
  return (
    <Page
      title={t`New count`}
      back={back}
      action={{
        icon: ClipboardList,
        label: <Trans>Begin counting</Trans>,
        busy,
        disabled: !ready,
        onAct: () => void begin(),
      }}
    >
      <WithPlace places={places} ready={placesReady}>
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault();
            if (ready) void begin();
          }}
        >
          <WarehouseSelect places={places} value={place?.id ?? ""} onChange={setChosen} />
          <div className={styles.ways}>
            <Tabs
              label={t`What is counted`}
              value={way}
              onChange={setWay}
              tabs={[
                ["all", t`All here`],
                ["part", t`A part`],
                ["scan", t`By scanning`],
              ]}
            />
            {way === "part" && (
              <TextInput
                label={t`Which products`}
                description={t`Name, pinyin, SKU, specification or the last digits of a barcode`}
                value={words}
                onChange={(event) => setWords(event.currentTarget.value)}
                leftSection={<Search size={18} aria-hidden />}
                autoComplete="off"
                enterKeyHint="done"
              />
            )}
            <p className={styles.dim} aria-live="polite">
              {way === "scan" ? (
                <Trans>The sheet starts empty; each product that is scanned or searched comes onto it.</Trans>
              ) : list === undefined ? (
                <Trans>Looking what is here…</Trans>
              ) : way === "part" && words.trim() === "" ? (
                <Trans>Say which products are meant.</Trans>
              ) : list && list.length > 0 ? (
                <Plural value={list.length} one="# product to count" other="# products to count" />
              ) : null}
            </p>
            {way === "all" && list?.length === 0 && (
              <Notice tone="waits">
                <Trans>By the books there is nothing here. Count what you scan instead.</Trans>
              </Notice>
            )}
            {way === "part" && words.trim() !== "" && list?.length === 0 && (
              <Notice tone="waits">
                <Trans>No product matches.</Trans>
              </Notice>
            )}
          </div>
          <Switch
            size="md"
            label={t`Count blind`}
            description={t`The book quantity is hidden until the review, so that nobody counts towards it.`}
            checked={blind}
            onChange={(event) => setBlind(event.currentTarget.checked)}
          />
        </form>
      </WithPlace>
    </Page>
  );
}

/** Undefined while it is being read. */
function useStocked(place: Id | undefined): Id[] | undefined {
  const [found, setFound] = useState<{ place: Id; ids: Id[] }>();
  useEffect(() => {
    if (place === undefined) return undefined;
    let left = false;
    void stockedAt(place).then((ids) => left || setFound({ place, ids }));
    return () => {
      left = true;
    };
  }, [place]);
  return found?.place === place ? found?.ids : undefined;
}
