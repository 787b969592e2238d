import { CircleCheck, CircleDashed, CircleDot, CircleX, Hourglass, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./StateChip.module.css";

const ICONS = {
  draft: CircleDashed,
  open: CircleDot,
  waits: Hourglass,
  done: CircleCheck,
  needs: TriangleAlert,
  off: CircleX,
};

/** One meaning everywhere: grey draft, blue open, amber waits for somebody, green done, red needs a person. */
export type Tone = keyof typeof ICONS;

export function StateChip({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Icon = ICONS[tone];
  return (
    <span className={styles.chip} data-tone={tone}>
      <Icon size={14} strokeWidth={2.2} aria-hidden />
      {children}
    </span>
  );
}
