import { CircleCheck, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./Notice.module.css";

const ICONS = { done: CircleCheck, open: Info, waits: TriangleAlert, needs: TriangleAlert };

type NoticeProps = { tone: keyof typeof ICONS; icon?: LucideIcon; children: ReactNode; action?: ReactNode };

/** Something to know where it happened: said aloud at once if it needs a person. */
export function Notice({ tone, icon: Icon = ICONS[tone], children, action }: NoticeProps) {
  return (
    <div className={styles.notice} data-tone={tone} role={tone === "needs" ? "alert" : "status"}>
      <Icon size={20} aria-hidden />
      <div className={styles.text}>{children}</div>
      {action}
    </div>
  );
}
