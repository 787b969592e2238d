import { Trans, useLingui } from "@lingui/react/macro";
import { useLingui as useI18n } from "@lingui/react";
import {
  FilePen,
  House,
  type LucideIcon,
  PackageCheck,
  PackageSearch,
  ScanBarcode,
  ScrollText,
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
import { useRoles } from "./useRoles";
import styles from "./Shell.module.css";

type Place = { href: string; label: string; icon: LucideIcon; permissions?: string[]; phone: boolean; centre?: true };

function usePlaces(): Place[] {
  const { t } = useLingui();
  const { can } = useMe();
  const places: Place[] = [
    { href: "/", label: t`Home`, icon: House, phone: true },
    { href: "/slip", label: t`New slip`, icon: FilePen, permissions: ["sales.ship", "sales.price"], phone: true },
    { href: "/purchase-orders", label: t`Receive`, icon: PackageCheck, permissions: ["purchase.read"], phone: true },
    { href: "/scan", label: t`Scan`, icon: ScanBarcode, permissions: ["product.read"], phone: true, centre: true },
    { href: "/sales-orders", label: t`Sales`, icon: ScrollText, permissions: ["sales.read"], phone: false },
    { href: "/products", label: t`Stock`, icon: PackageSearch, permissions: ["product.read"], phone: true },
    { href: "/me", label: t`Me`, icon: UserRound, phone: true },
  ];
  return places.filter((place) => (place.permissions ?? []).every(can));
}

export function Shell({ children }: { children: ReactNode }) {
  return useWide() ? <Desk>{children}</Desk> : <Phone>{children}</Phone>;
}

function Desk({ children }: { children: ReactNode }) {
  return (
    <div className={styles.desk}>
      <aside className={styles.side}>
        <Link href="/" className={styles.brand}>
          <img src="/icon.svg" alt="" width={28} height={28} />
          <Trans>Huotong</Trans>
        </Link>
        <Navigation places={usePlaces()} className={styles.sideNav} />
        <div className={styles.sideFoot}>
          <Person />
          <SyncState />
          <LanguageSwitch />
        </div>
      </aside>
      <main className={styles.deskMain}>
        <Expired />
        {children}
      </main>
    </div>
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

function Phone({ children }: { children: ReactNode }) {
  const me = useMe();
  const [path] = useLocation();
  const places = usePlaces().filter((place) => place.phone);
  // A document has its main action where the navigation is, and a way back in its head.
  const top = path === "/sales-orders" || places.some((place) => place.href === path && path !== "/slip");
  return (
    <div className={styles.phone} data-top={top || undefined}>
      {top && (
        <header className={styles.bar}>
          <span className={styles.barCompany}>{me.company}</span>
          <SyncState />
        </header>
      )}
      <main className={styles.phoneMain}>
        <Expired />
        {children}
      </main>
      {top && <Navigation places={atTheThumb(places)} className={styles.bottomNav} />}
    </div>
  );
}

/** Five, with scanning in the middle; who sells reaches what is to be received from the home page. */
function atTheThumb(places: Place[]): Place[] {
  const sells = places.some(({ href }) => href === "/slip");
  return places.filter(({ href }) => !(sells && href === "/purchase-orders"));
}

function Navigation({ places, className }: { places: Place[]; className: string | undefined }) {
  const { t } = useLingui();
  const [path] = useLocation();
  const here = (href: string) => (href === "/" ? path === "/" : path === href || path.startsWith(`${href}/`));
  return (
    <nav aria-label={t`Main`} className={className}>
      {places.map(({ href, label, icon: Icon, centre }) => (
        <Link key={href} href={href} aria-current={here(href) ? "page" : undefined} data-centre={centre}>
          <Icon size={22} strokeWidth={1.8} aria-hidden />
          {label}
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
