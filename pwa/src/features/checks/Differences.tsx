import { Trans, useLingui } from "@lingui/react/macro";
import { Link } from "wouter";
import { useMe } from "../../data/me";
import { Notice } from "../../ui/Notice";
import { Section } from "../../ui/Section";
import { useFormat } from "../../ui/useFormat";
import { useLoggedWords } from "../log/words";
import { type Difference, grouped, type Group, isKept, isRepairable, type Latest, type Row } from "./check";
import styles from "./checks.module.css";
import { Figure } from "./Figure";
import { RepairButton } from "./RepairButton";
import { type Named, useNamed } from "./useNamed";
import { CauseWords, useCheckWords, useColumnWords } from "./words";

type Names = ReturnType<typeof useNamed>;
type DifferencesProps = {
  about: Latest;
  differences: readonly Difference[];
  busy: boolean;
  onRepaired: () => void;
};

/** Everything that the last check found wrong, by what was compared. */
export function Differences({ about, differences, busy, onRepaired }: DifferencesProps) {
  const names = useNamed(differences);
  return grouped(differences).map((group) => (
    <Compared key={group.check} group={group} {...{ about, names, busy, onRepaired }} />
  ));
}

type ComparedProps = Omit<DifferencesProps, "differences"> & { group: Group; names: Names };

function Compared({ group: { check, rows }, about, names, busy, onRepaired }: ComparedProps) {
  const { can } = useMe();
  const title = useCheckWords()[check];
  const repairable = isRepairable(check) && can("reconcile.run") ? rows.filter(isKept) : [];
  const button = (some: readonly Row[], all = false) =>
    isRepairable(check) && <RepairButton check={check} rows={some} all={all} {...{ about, names, busy, onRepaired }} />;
  return (
    <Section title={title}>
      {!isRepairable(check) && (
        <Notice tone="needs">
          <Trans>
            This is not a figure that could be set right: it is the record itself. Keep the certificate, and tell your
            operator.
          </Trans>
        </Notice>
      )}
      {repairable.length > 1 && <div>{button(repairable, true)}</div>}
      <ul className={styles.rows} aria-label={title}>
        {rows.map((row) => (
          <li key={row.key}>
            <Headed named={names.of({ check, key: row.key })} />
            <div className={styles.differences}>
              {row.differences.map((one) => (
                <One key={one.id} difference={one} names={names} />
              ))}
            </div>
            {repairable.includes(row) && <div>{button([row])}</div>}
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Headed({ named: { name, place, href } }: { named: Named }) {
  return (
    <div className={styles.name}>
      <h3>{href === undefined ? name : <Link href={href}>{name}</Link>}</h3>
      {place && <span className={styles.note}>{place}</span>}
    </div>
  );
}

function One({ difference, names }: { difference: Difference; names: Names }) {
  const column = useColumnWords();
  const { unit } = names.of(difference);
  return (
    <div className={styles.difference}>
      <dl className={styles.figures}>
        <div>
          <dt>
            <Trans context="wrong figure">What</Trans>
          </dt>
          <dd>{column(difference.what)}</dd>
        </div>
        <div>
          <dt>
            <Trans>Should be</Trans>
          </dt>
          <dd>
            <Figure difference={difference} side="expected" unit={unit} />
          </dd>
        </div>
        <div>
          <dt>
            <Trans context="wrong figure">Found</Trans>
          </dt>
          <dd data-wrong>
            <Figure difference={difference} side="found" unit={unit} />
          </dd>
        </div>
      </dl>
      <FirstCause difference={difference} names={names} />
    </div>
  );
}

function FirstCause({ difference, names }: { difference: Difference; names: Names }) {
  const { t } = useLingui();
  const format = useFormat();
  const logged = useLoggedWords();
  const { commandId, command, documentId, line, at, since } = difference;
  const words = command === null ? t`an entry of the log` : logged.of(command);
  const document = names.documentOf(documentId);
  return (
    <div className={styles.cause}>
      <p>
        <CauseWords difference={difference} />
      </p>
      {commandId !== null && (
        <p className={styles.facts}>
          <Link href={`/log/${commandId}`}>{words}</Link>
          {document !== undefined && <span>{document}</span>}
          {line !== null && <span>{t`line ${line}`}</span>}
          {at !== null && <time dateTime={at}>{format.moment(at)}</time>}
        </p>
      )}
      {since !== null && (
        <p className={styles.note}>
          <Trans>It was last found right at {format.moment(since)}.</Trans>
        </p>
      )}
    </div>
  );
}
