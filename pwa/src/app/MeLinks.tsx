import { useLingui } from "@lingui/react/macro";
import {
  BookLock,
  ChevronRight,
  FileInput,
  Hammer,
  Inbox,
  Logs,
  type LucideIcon,
  RefreshCw,
  Ruler,
  ShieldCheck,
  Smartphone,
} from "lucide-react";
import { Link } from "wouter";
import { useMe } from "../data/me";
import { useQueueCounts } from "../offline/views";
import styles from "./MeLinks.module.css";

/** Where the rest of what is one's own is kept. */
export function MeLinks() {
  const { t } = useLingui();
  const { can } = useMe();
  const { unsent, attention } = useQueueCounts();
  const links: { href: string; label: string; icon: LucideIcon; count?: number; shown: boolean }[] = [
    { href: "/queue", label: t`Sync centre`, icon: RefreshCw, count: unsent + attention, shown: true },
    { href: "/waiting-calls", label: t`For a manager`, icon: Inbox, shown: can("waiting.decide") },
    { href: "/units", label: t({ message: "Units", context: "navigation" }), icon: Ruler, shown: can("product.write") },
    { href: "/imports", label: t`Imports`, icon: FileInput, shown: can("import.run") },
    { href: "/jobs", label: t`Jobs`, icon: Hammer, shown: can("job.own") },
    { href: "/checks", label: t`Stock checks`, icon: ShieldCheck, shown: can("audit.read") },
    { href: "/periods", label: t`Period close`, icon: BookLock, shown: can("audit.read") },
    { href: "/log", label: t`Log`, icon: Logs, shown: can("audit.read") },
    { href: "/devices", label: t`Devices`, icon: Smartphone, shown: true },
  ];
  return (
    <ul className={styles.links}>
      {links
        .filter((link) => link.shown)
        .map(({ href, label, icon: Icon, count = 0 }) => (
          <li key={href}>
            <Link href={href}>
              <Icon size={20} strokeWidth={1.8} aria-hidden />
              <span>{label}</span>
              {count > 0 && <strong>{count}</strong>}
              <ChevronRight size={18} aria-hidden />
            </Link>
          </li>
        ))}
    </ul>
  );
}
