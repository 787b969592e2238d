import { ActionIcon, Button } from "@mantine/core";
import { useLingui } from "@lingui/react/macro";
import { ArrowLeft, type LucideIcon } from "lucide-react";
import { type ReactNode, useEffect } from "react";
import { Link } from "wouter";
import styles from "./Page.module.css";
import { useWide } from "./useWide";

export type Action = {
  label: ReactNode;
  icon?: LucideIcon;
  busy?: boolean;
  disabled?: boolean;
} & ({ onAct: () => void } | { href: string });

type PageProps = {
  title: string;
  back?: { href: string; label: string };
  chip?: ReactNode;
  facts?: ReactNode;
  /** The one main action: top right on a desktop, at the thumb on a phone. */
  action?: Action | undefined;
  aside?: ReactNode;
  children: ReactNode;
};

export function Page({ title, back, chip, facts, action, aside, children }: PageProps) {
  const { t } = useLingui();
  const wide = useWide();
  useEffect(() => {
    document.title = `${title} · ${t`Huotong`}`;
  }, [title, t]);
  return (
    <div className={styles.page} data-thumb={(!wide && action) || undefined}>
      <header className={styles.header}>
        {back && (
          <ActionIcon component={Link} href={back.href} size={44} variant="subtle" color="gray" aria-label={back.label}>
            <ArrowLeft size={22} aria-hidden />
          </ActionIcon>
        )}
        <div className={styles.title}>
          <div className={styles.heading}>
            <h1>{title}</h1>
            {chip}
          </div>
          {facts && <div className={styles.facts}>{facts}</div>}
        </div>
        {aside}
        {wide && action && <MainAction {...action} />}
      </header>
      {children}
      {!wide && action && (
        <div className={styles.thumb}>
          <MainAction {...action} wide />
        </div>
      )}
    </div>
  );
}

function MainAction({
  label,
  icon: Icon,
  busy = false,
  disabled = false,
  wide = false,
  ...way
}: Action & { wide?: boolean }) {
  const shape = {
    leftSection: Icon && <Icon size={20} aria-hidden />,
    fullWidth: wide,
    ...(wide ? { h: 56, fz: "1.0625rem" } : {}),
  };
  if ("href" in way) {
    return (
      <Button component={Link} href={way.href} {...shape}>
        {label}
      </Button>
    );
  }
  return (
    <Button onClick={way.onAct} loading={busy} disabled={disabled} data-main-action {...shape}>
      {label}
    </Button>
  );
}
