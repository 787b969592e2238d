import { Trans, useLingui } from "@lingui/react/macro";
import { useLingui as useI18n } from "@lingui/react";
import {
  ArrowLeftRight,
  BookLock,
  ClipboardList,
  FileInput,
  FilePen,
  Hammer,
  House,
  Logs,
  type LucideIcon,
  PackageCheck,
  PackageSearch,
  Ruler,
  ScanBarcode,
  ScrollText,
  ShieldCheck,
  UserRound,
} from "lucide-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { session, signIn } from "../data/session";
import { useStore } from "../data/store";
import { Notice } from "../ui/Notice";
import { useWide } from "../ui/useWide";
import { LanguageSwitch } from "./LanguageSwitch";
import { SyncState } from "./SyncState";
import { useMe } from "../data/me";
import { useWrites } from "./NewDocument";
import { useRoles } from "./useRoles";
import { WarehouseSwitch } from "./WarehouseSwitch";
import styles from "./Shell.module.css";

type Place = {
  href: string;
  label: string;
  short?: string;
  icon: LucideIcon;
  permissions?: string[];
  phone: boolean;
  centre?: true;
};

function usePlaces(): Place[] {
  const { t } = useLingui();
  const { can } = useMe();
  const writes = useWrites();
  const places: Place[] = [
    { href: "/", label: t`Home`, icon: House, phone: true },
    ...(writes ? [{ href: "/new", label: t`New document`, short: t`New`, icon: FilePen, phone: true }] : []),
    { href: "/scan", label: t`Scan`, icon: ScanBarcode, permissions: ["product.read"], phone: true, centre: true },
    { href: "/purchase-orders", label: t`Receive`, icon: PackageCheck, permissions: ["purchase.read"], phone: false },
    { href: "/sales-orders", label: t`Sales`, icon: ScrollText, permissions: ["sales.read"], phone: false },
    { href: "/transfers", label: t`Transfers`, icon: ArrowLeftRight, permissions: ["stock.read"], phone: false },
    { href: "/counts", label: t`Counts`, icon: ClipboardList, permissions: ["stock.count"], phone: false },
    { href: "/products", label: t`Stock`, icon: PackageSearch, permissions: ["product.read"], phone: true },
    {
      href: "/units",
      label: t({ message: "Units", context: "navigation" }),
      icon: Ruler,
      permissions: ["product.write"],
      phone: false,
    },
    { href: "/imports", label: t`Imports`, icon: FileInput, permissions: ["import.run"], phone: false },
    { href: "/jobs", label: t`Jobs`, icon: Hammer, permissions: ["job.own"], phone: false },
    { href: "/checks", label: t`Stock checks`, icon: ShieldCheck, permissions: ["audit.read"], phone: false },
    { href: "/periods", label: t`Period close`, icon: BookLock, permissions: ["audit.read"], phone: false },
    { href: "/log", label: t`Log`, icon: Logs, permissions: ["audit.read"], phone: false },
    { href: "/me", label: t`Me`, icon: UserRound, phone: true },
  ];
  return places.filter((place) => (place.permissions ?? []).every(can));
}

/** Lists without a main action of their own: the navigation stays at the thumb. */
const LISTS = new Set(["/purchase-orders", "/sales-orders"]);

/** What a page has typed in it stays when a device is turned: only what is around the page is another one then. */
export function Shell({ children }: { children: ReactNode }) {
  const wide = useWide();
  const [path] = useLocation();
  const places = usePlaces();
  const onPhone = places.filter((place) => place.phone);
  // A document has its main action where the navigation is, and a way back in its head.
  const top = !wide && (LISTS.has(path) || onPhone.some((place) => place.href === path));
  return (
    <div className={wide ? styles.desk : styles.phone} data-top={top || undefined}>
      {wide ? <Side places={places} /> : top && <Bar />}
      <main className={wide ? styles.deskMain : styles.phoneMain}>
        <Expired />
        {children}
      </main>
      {top && <Navigation places={onPhone} className={styles.bottomNav} short />}
    </div>
  );
}

function Side({ places }: { places: Place[] }) {
  return (
    <aside className={styles.side}>
      <Link href="/" className={styles.brand}>
        <img src="/icon.svg" alt="" width={28} height={28} />
        <Trans>Huotong</Trans>
      </Link>
      <WarehouseSwitch />
      <Navigation places={places} className={styles.sideNav} />
      <div className={styles.sideFoot}>
        <Person />
        <SyncState />
        <LanguageSwitch />
      </div>
    </aside>
  );
}

function Bar() {
  return (
    <header className={styles.bar}>
      <WarehouseSwitch />
      <SyncState />
    </header>
  );
}

function Person() {
  const me = useMe();
  return (
    <p className={styles.person}>
      <strong>{me.name}</strong>
      <span>{useRoles(me.roles)}</span>
      <span>{me.company}</span>
    </p>
  );
}

type NavigationProps = { places: Place[]; className: string | undefined; short?: boolean };

function Navigation({ places, className, short = false }: NavigationProps) {
  const { t } = useLingui();
  const [path] = useLocation();
  const here = (href: string) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));
  return (
    <nav aria-label={t`Main`} className={className}>
      {places.map(({ href, label, short: word = label, icon: Icon, centre }) => (
        <Link key={href} href={href} aria-current={here(href) ? "page" : undefined} data-centre={centre}>
          <Icon size={22} strokeWidth={1.8} aria-hidden />
          {short ? word : label}
        </Link>
      ))}
    </nav>
  );
}

function Expired() {
  const { status } = useStore(session);
  const { i18n } = useI18n();
  if (status !== "expired") return null;
  return (
    <Notice
      tone="needs"
      action={
        <span className={styles.ways}>
          <a href="/" target="_blank" rel="noopener">
            <Trans>Sign in in a new tab</Trans>
          </a>
          <button type="button" onClick={() => void signIn(location.pathname + location.search, i18n.locale)}>
            <Trans>Sign in here</Trans>
          </button>
        </span>
      }
    >
      <Trans>
        Your session has ended. Sign in in a new tab to keep what you have typed here; signing in here loads this page
        anew.
      </Trans>
    </Notice>
  );
}
