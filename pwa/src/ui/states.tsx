import { Button, Skeleton } from "@mantine/core";
import { Trans, useLingui } from "@lingui/react/macro";
import { CloudOff, Lock, type LucideIcon, PackageOpen, RotateCw, SearchX, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Unreachable } from "../data/errors";
import styles from "./states.module.css";

type StateProps = { icon: LucideIcon; title: ReactNode; children?: ReactNode; action?: ReactNode; alert?: boolean };

function State({ icon: Icon, title, children, action, alert = false }: StateProps) {
  return (
    <div className={styles.state} role={alert ? "alert" : undefined}>
      <Icon size={40} strokeWidth={1.5} aria-hidden className={styles.icon} />
      <p className={styles.title}>{title}</p>
      {children && <p className={styles.text}>{children}</p>}
      {action}
    </div>
  );
}

export function Empty(props: Omit<StateProps, "icon" | "alert"> & { icon?: LucideIcon }) {
  return <State icon={PackageOpen} {...props} />;
}

type NothingFoundProps = { search: string; onClear: () => void; children?: ReactNode };

/** `children`: what is searched, where it is not products. */
export function NothingFound({ search, onClear, children }: NothingFoundProps) {
  return (
    <Empty
      icon={SearchX}
      title={<Trans>Nothing matches “{search}”</Trans>}
      action={
        <Button variant="default" onClick={onClear}>
          <Trans>Clear the search</Trans>
        </Button>
      }
    >
      {children ?? (
        <Trans>Name, code, specification and barcode are searched; the last digits of a barcode are enough.</Trans>
      )}
    </Empty>
  );
}

export function Forbidden({ children }: { children?: ReactNode }) {
  return (
    <State icon={Lock} title={<Trans>Not part of your role</Trans>}>
      {children ?? <Trans>The owner of the company can give you this permission.</Trans>}
    </State>
  );
}

export function ProblemState({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const retry = (
    <Button variant="default" leftSection={<RotateCw size={18} aria-hidden />} onClick={onRetry}>
      <Trans>Try again</Trans>
    </Button>
  );
  return error instanceof Unreachable ? (
    <State alert icon={CloudOff} title={<Trans>No connection to the server</Trans>} action={retry}>
      <Trans>Nothing is lost. Check the network; this page comes back as it was.</Trans>
    </State>
  ) : (
    <State alert icon={TriangleAlert} title={<Trans>This could not be loaded</Trans>} action={retry}>
      <Trans>The server had a fault. Nothing was changed. If it stays, tell your administrator the time.</Trans>
    </State>
  );
}

/** Keeps the layout still while rows are on their way. */
export function LoadingRows({ rows = 8, height = 44 }: { rows?: number; height?: number }) {
  const { t } = useLingui();
  return (
    <div className={styles.rows} role="status" aria-label={t`Loading`}>
      {Array.from({ length: rows }, (_, row) => (
        <Skeleton key={row} height={height} radius={6} />
      ))}
    </div>
  );
}
