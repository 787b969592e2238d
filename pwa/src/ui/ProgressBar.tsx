import { useFormat } from "./useFormat";
import styles from "./ProgressBar.module.css";

type ProgressBarProps = { label: string; done: number; total: number | null };

/** How far something is; without a total only how much is done. */
export function ProgressBar({ label, done, total }: ProgressBarProps) {
  const format = useFormat();
  const known = total !== null && total > 0;
  return (
    <div className={styles.progress}>
      <progress aria-label={label} max={known ? total : 1} {...(known && { value: Math.min(done, total) })} />
      <span>{known ? `${format.whole(done)} / ${format.whole(total)}` : done > 0 && format.whole(done)}</span>
    </div>
  );
}
