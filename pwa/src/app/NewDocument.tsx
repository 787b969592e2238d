import { Trans, useLingui } from "@lingui/react/macro";
import {
  ArrowLeftRight,
  ChevronRight,
  ClipboardList,
  HandCoins,
  type LucideIcon,
  PackagePlus,
  SlidersHorizontal,
  Undo2,
} from "lucide-react";
import { Link, useLocation } from "wouter";
import { useMe } from "../data/me";
import { useEscape } from "../features/inventory/useKeys";
import { Page } from "../ui/Page";
import { Forbidden } from "../ui/states";
import styles from "./NewDocument.module.css";

type Kind = { href: string; icon: LucideIcon; label: string; about: string; permissions: string[] };

function useKinds(): Kind[] {
  const { t } = useLingui();
  const { can } = useMe();
  const kinds: Kind[] = [
    {
      href: "/slip",
      icon: HandCoins,
      label: t`Sales slip`,
      about: t`Sell and hand over at once`,
      permissions: ["sales.ship"],
    },
    {
      href: "/receive/blind",
      icon: PackagePlus,
      label: t`Goods receipt`,
      about: t`Goods that came without an order`,
      permissions: ["purchase.receive"],
    },
    {
      href: "/returns/new",
      icon: Undo2,
      label: t`Customer return`,
      about: t`Goods that a customer brings back`,
      permissions: ["sales.return"],
    },
    {
      href: "/transfers/new",
      icon: ArrowLeftRight,
      label: t`Transfer`,
      about: t`Send goods to another warehouse`,
      permissions: ["stock.transfer"],
    },
    {
      href: "/counts/new",
      icon: ClipboardList,
      label: t`Stock count`,
      about: t`Count a warehouse or a part of it`,
      permissions: ["stock.count"],
    },
    {
      href: "/adjust",
      icon: SlidersHorizontal,
      label: t`Adjustment`,
      about: t`Found, broken, given away, used up`,
      permissions: ["stock.adjust"],
    },
  ];
  return kinds.filter(({ permissions }) => permissions.every(can));
}

/** Whether this person writes any documents at all. */
export function useWrites(): boolean {
  return useKinds().length > 0;
}

/** 开单: every document that this person may write, each one tap away. */
export default function NewDocument() {
  const { t } = useLingui();
  const kinds = useKinds();
  const [, go] = useLocation();
  useEscape(() => go("/"));
  return (
    <Page title={t`New document`}>
      {kinds.length === 0 ? (
        <Forbidden>
          <Trans>Your role reads documents and writes none.</Trans>
        </Forbidden>
      ) : (
        <ul className={styles.kinds}>
          {kinds.map(({ href, icon: Icon, label, about }) => (
            <li key={href}>
              <Link href={href} className={styles.kind}>
                <Icon size={26} strokeWidth={1.7} aria-hidden />
                <span className={styles.words}>
                  <span className={styles.label}>{label}</span>
                  <span className={styles.about}>{about}</span>
                </span>
                <ChevronRight size={20} aria-hidden />
              </Link>
            </li>
          ))}
        </ul>
      )}
    </Page>
  );
}
