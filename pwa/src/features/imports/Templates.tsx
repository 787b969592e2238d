import { Button } from "@mantine/core";
import { useLingui as useI18n } from "@lingui/react";
import { Trans, useLingui } from "@lingui/react/macro";
import { FileSpreadsheet } from "lucide-react";
import { useMe } from "../../data/me";
import type { Kind } from "./import";
import styles from "./imports.module.css";
import { HEADINGS, headingsOf, KINDS, PERMISSIONS, saveTemplate } from "./templates";
import { useImportWords } from "./words";

/** What can be brought in, with the headings that are known at once. */
export function Templates() {
  const { can } = useMe();
  return (
    <ul className={styles.templates}>
      {KINDS.filter((kind) => can(PERMISSIONS[kind])).map((kind) => (
        <Template key={kind} kind={kind} />
      ))}
    </ul>
  );
}

function Template({ kind }: { kind: Kind }) {
  const { t } = useLingui();
  const { i18n } = useI18n();
  const name = useImportWords().kindOf(kind);
  const headings = headingsOf(kind, i18n.locale);
  const { required } = HEADINGS[kind];
  return (
    <li>
      <h3>{name}</h3>
      <p className={styles.note}>
        <strong>{headings.slice(0, required).join(" · ")}</strong>
        {headings.length > required && ` · ${headings.slice(required).join(" · ")}`}
      </p>
      <Button
        variant="default"
        size="sm"
        h={44}
        leftSection={<FileSpreadsheet size={18} aria-hidden />}
        aria-label={t`Template: ${name}`}
        onClick={() => saveTemplate(kind, i18n.locale, name)}
      >
        <Trans>Template</Trans>
      </Button>
    </li>
  );
}
