import { Button, TextInput } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useDirty } from "../../app/update";
import { OUTCOME, type Outcome, useCommand } from "../../data/command";
import { graphql, type ResultOf } from "../../data/graphql";
import { useMe } from "../../data/me";
import { useQuery } from "../../data/useQuery";
import { usePlaces, useProducts } from "../../offline/views";
import { Facts } from "../../ui/Facts";
import { Page } from "../../ui/Page";
import { CommandNotice } from "../../ui/Refusal";
import { Empty, Forbidden, LoadingRows, ProblemState } from "../../ui/states";
import { useFormat } from "../../ui/useFormat";
import { fullName } from "../masterdata/products";
import styles from "./sync.module.css";
import { useCommandWords } from "./words";

const WAITING = graphql(`
  query WaitingCalls {
    waitingCalls(first: 50, filter: { status: { eq: WAITING } }, orderBy: [KEPT_AT_ASC]) {
      nodes {
        id
        name
        actorId
        actorName
        occurredAt
        keptAt
        body
      }
    }
  }
`);

const ACCEPT = graphql(
  `
    mutation AcceptCall($id: UUID!, $input: AcceptCallInput!) {
      outcome: acceptCall(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

const DISCARD = graphql(
  `
    mutation DiscardCall($id: UUID!, $input: DiscardCallInput!) {
      outcome: discardCall(id: $id, input: $input) {
        ...Outcome
      }
    }
  `,
  [OUTCOME],
);

type Waiting = NonNullable<ResultOf<typeof WAITING>["waitingCalls"]>["nodes"][number];

/** What people without the right, or on a lost device, have recorded: a manager says whether it is booked. */
export default function WaitingCalls() {
  const { t } = useLingui();
  const { can } = useMe();
  const { data, error, reload } = useQuery(WAITING, {});
  const calls = data?.waitingCalls?.nodes;
  return (
    <Page title={t`For a manager`} back={{ href: "/me", label: t`Me` }}>
      {!can("waiting.decide") ? (
        <Forbidden />
      ) : error && !calls ? (
        <ProblemState error={error} onRetry={() => void reload()} />
      ) : !calls ? (
        <LoadingRows height={96} rows={4} />
      ) : calls.length === 0 ? (
        <Empty icon={ShieldCheck} title={<Trans>Nothing waits for a decision</Trans>}>
          <Trans>
            When somebody records a delivery or a count after losing the right to do so, or on a device that was
            reported lost, it is kept here and not booked.
          </Trans>
        </Empty>
      ) : (
        <ul className={styles.calls}>
          {calls.map((call) => (
            <Decision key={call.id} call={call} onDecided={() => void reload()} />
          ))}
        </ul>
      )}
    </Page>
  );
}

function Decision({ call, onDecided }: { call: Waiting; onDecided: () => void }) {
  const { t } = useLingui();
  const me = useMe();
  const format = useFormat();
  const kindOf = useCommandWords();
  const accept = useCommand(ACCEPT);
  const discard = useCommand(DISCARD);
  const [note, setNote] = useState("");
  useDirty(note.trim() !== "");
  const [tried, setTried] = useState(false);
  const own = call.actorId === me.id;
  const busy = accept.state.step === "sending" || discard.state.step === "sending";
  const said = { callId: call.id, note: note.trim() };
  const decided = (outcome: Outcome | null) => outcome?.status === "ACCEPTED" && onDecided();
  const book = () => void accept.run(said).then(decided);
  const leave = () => void discard.run(said).then(decided);
  return (
    <li>
      <div className={styles.head}>
        <span className={styles.kind}>{kindOf(call.name)}</span>
        <span>{call.actorName}</span>
        <time dateTime={call.occurredAt}>{format.moment(call.occurredAt)}</time>
      </div>
      <Said body={call.body} />
      <CommandNotice state={accept.state} onRepeat={book} onReload={onDecided} />
      <CommandNotice state={discard.state} onRepeat={leave} onReload={onDecided} />
      {own ? (
        <p className={styles.detail}>
          <Trans>You recorded this yourself: somebody else has to decide.</Trans>
        </p>
      ) : (
        <div className={styles.form}>
          <TextInput
            label={t`Note`}
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
            error={tried && note.trim() === "" ? t`Write why it is not booked.` : undefined}
            maxLength={200}
          />
          <div className={styles.ways}>
            <Button loading={busy} onClick={book}>
              <Trans>It happened: book it</Trans>
            </Button>
            <Button
              variant="subtle"
              color="red"
              disabled={busy}
              onClick={() => {
                setTried(true);
                if (said.note !== "") leave();
              }}
            >
              <Trans>Do not book it</Trans>
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}

type Line = { product_id?: string; location_id?: string; quantity?: string; counted?: string };
type Body = { lines?: Line[]; location_id?: string; from_location_id?: string; to_location_id?: string; note?: string };

/** What was recorded, in words as far as this device knows the names. */
function Said({ body }: { body: string | null }) {
  const { t } = useLingui();
  const format = useFormat();
  const said = JSON.parse(body ?? "{}") as Body;
  const lines = Array.isArray(said.lines) ? said.lines : [];
  const products = useProducts(lines.flatMap((line) => line.product_id ?? []));
  const { places } = usePlaces();
  const placeOf = (id: string | undefined) => places.find((place) => place.id === id)?.label;
  return (
    <>
      <Facts
        facts={[
          [t`Warehouse`, placeOf(said.location_id ?? lines[0]?.location_id)],
          [t`From`, placeOf(said.from_location_id)],
          [t`To`, placeOf(said.to_location_id)],
          [t`Note`, said.note],
        ]}
      />
      <ul className={styles.lines}>
        {lines.map((line, index) => {
          const product = products.get(line.product_id ?? "");
          const amount = line.counted ?? line.quantity;
          return (
            // oxlint-disable-next-line react/no-array-index-key -- what was sent does not change
            <li key={index}>
              <span>{product ? fullName(product) : t`Line ${index + 1}`}</span>
              <strong>{amount === undefined ? "" : format.quantity(amount)}</strong>
            </li>
          );
        })}
      </ul>
    </>
  );
}
