import { useLingui } from "@lingui/react/macro";
import { StateChip, type Tone } from "../../ui/StateChip";
import type { Import, Kind } from "./import";

/** What rows are, and what their fields are called. */
export function useImportWords() {
  const { t } = useLingui();
  const kinds: Record<Kind, string> = {
    PRODUCTS: t`Products`,
    PARTNERS: t`Customers and suppliers`,
    PRICE_LIST: t`Retail prices`,
    OPENING_STOCK: t`Opening stock`,
    PURCHASE_ORDERS: t`Open purchase orders`,
    SALES_ORDERS: t`Open sales orders`,
    SALES: t`Past sales`,
  };
  const fields: Record<string, string> = {
    active: t`In use`,
    address: t`Address`,
    amount: t`Amount`,
    barcodes: t`Barcode`,
    category: t`Category`,
    category_id: t`Category`,
    code: t({ message: "Code", context: "partner" }),
    contact_name: t`Contact`,
    date: t`Date`,
    decimals: t`Decimals`,
    expected: t`Expected on`,
    is_customer: t`Customer`,
    is_supplier: t`Supplier`,
    kind: t`Kind`,
    name: t`Name`,
    negative: t`Below zero`,
    note: t`Note`,
    number: t`Document number`,
    origin: t`Origin`,
    pack_size: t`Pieces per pack`,
    pack_unit: t`Pack unit`,
    parent_id: t`Part of`,
    partner: t`Customer or supplier`,
    phone: t`Phone`,
    price: t`Retail price`,
    quantity: t`Quantity`,
    reference_cost: t`Reference cost`,
    sku: t`SKU`,
    spec: t`Specification`,
    unit: t`Unit`,
    unit_cost: t`Unit cost`,
    unit_id: t`Unit`,
    unit_price: t`Unit price`,
    units: t`Units`,
    value: t`Value`,
    warehouse: t`Warehouse`,
  };
  return {
    kindOf: (kind: Kind | null) => (kind === null ? "—" : kinds[kind]),
    fieldOf: (field: string) => fields[field] ?? field,
  };
}

export function ImportState({ status }: { status: Import["status"] }) {
  const { t } = useLingui();
  const words: Record<Import["status"], [Tone, string]> = {
    READING: ["open", t`Being read`],
    MAPPING: ["waits", t`Columns to confirm`],
    CHECKING: ["open", t`Being checked`],
    CHECKED: ["waits", t`Checked, not in yet`],
    RUNNING: ["open", t`Coming in`],
    PAUSED: ["waits", t`Paused`],
    DONE: ["done", t`Done`],
    UNDOING: ["open", t`Being taken back`],
    UNDONE: ["off", t`Taken back`],
    FAILED: ["needs", t`Failed`],
  };
  const [tone, word] = words[status];
  return <StateChip tone={tone}>{word}</StateChip>;
}
