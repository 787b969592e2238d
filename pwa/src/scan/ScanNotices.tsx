import { Button } from "@mantine/core";
import { Trans } from "@lingui/react/macro";
import { Link2 } from "lucide-react";
import { useState } from "react";
import { useMe } from "../data/me";
import { fullName } from "../features/masterdata/products";
import { Notice } from "../ui/Notice";
import { BindCode } from "./BindCode";
import type { Scan } from "./codes";
import styles from "./ScanSheet.module.css";
import type { Scans } from "./useScans";

/** What a person has to know or decide about the last scan. */
export function ScanNotices({ scans }: { scans: Scans }) {
  const { problem, unknown, choice, choose } = scans;
  const [latest] = scans.hits;
  return (
    <>
      {problem && <Notice tone="waits">{problem}</Notice>}
      {unknown && <Unknown key={unknown.raw} scan={unknown} onBound={scans.bound} />}
      {choice && (
        <Notice tone="open">
          <Trans>Several products have the code {choice.code}. Which one is it?</Trans>
          <div className={styles.choices}>
            {choice.products.map((product) => (
              <Button key={product.id} variant="default" h={44} onClick={() => choose(product)}>
                {fullName(product)}
              </Button>
            ))}
            <Button variant="subtle" h={44} onClick={() => choose(null)}>
              <Trans>None of them</Trans>
            </Button>
          </div>
        </Notice>
      )}
      {latest && !latest.sure && (
        <Notice tone="waits">
          <Trans>
            The code {latest.scan.raw} does not say how many {latest.unit.name} these are. Check the quantity of{" "}
            {fullName(latest.product)}.
          </Trans>
        </Notice>
      )}
    </>
  );
}

function Unknown({ scan, onBound }: { scan: Scan; onBound: Scans["bound"] }) {
  const { can } = useMe();
  const [binding, setBinding] = useState(false);
  const code = scan.gtin ?? scan.raw;
  return (
    <Notice
      tone="waits"
      action={
        can("product.write") &&
        !binding && (
          <Button variant="default" leftSection={<Link2 size={18} aria-hidden />} onClick={() => setBinding(true)}>
            <Trans>Bind to a product</Trans>
          </Button>
        )
      }
    >
      <Trans>No product has the code {code}.</Trans>
      {binding && (
        <BindCode
          code={code}
          onBound={(product, unit) => onBound(scan, product, unit)}
          onLeave={() => setBinding(false)}
        />
      )}
    </Notice>
  );
}
