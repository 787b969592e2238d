/** What the journeys need in the company, made by the same commands that people use. */
import { uuid7 } from "../src/data/uuid";

export type World = Awaited<ReturnType<typeof makeWorld>>;

type Outcome = { status: string; code: string | null; data: unknown; records: unknown };
type Answer = { data?: Record<string, unknown>; errors?: { message: string }[] };

export async function makeWorld(url: string, token: () => Promise<string>) {
  async function graphql<Data>(query: string, variables: object = {}): Promise<Data> {
    const response = await fetch(`${url}/graphql`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${await token()}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as Answer;
    if (!data || errors) throw new Error(JSON.stringify(errors));
    return data as Data;
  }

  async function command(name: string, input: object) {
    const type = `${name.charAt(0).toUpperCase()}${name.slice(1)}Input`;
    const query = `mutation ($id: UUID!, $input: ${type}!) {
      outcome: ${name}(id: $id, input: $input) { status code data records { key status code field details } }
    }`;
    const { outcome } = await graphql<{ outcome: Outcome }>(query, { id: uuid7(), input });
    if (outcome.status !== "ACCEPTED") throw new Error(`${name}: ${JSON.stringify(outcome)}`);
  }

  const mark = uuid7().slice(-6); // tells one run's records from another's on a server that is kept
  const digits = String(Number.parseInt(mark, 16)).padStart(8, "0");
  const ids = {
    piece: uuid7(),
    box: uuid7(),
    warehouse: uuid7(),
    supplier: uuid7(),
    customer: uuid7(),
    cup: uuid7(),
    pen: uuid7(),
  };
  const names = {
    piece: `个${mark}`,
    box: `箱${mark}`,
    warehouse: `一号仓 ${mark}`,
    supplier: `上海晨光 ${mark}`,
    customer: `苏州文具批发 ${mark}`,
    cup: `不锈钢水杯 ${mark}`,
    pen: `中性笔 ${mark}`,
  };
  const codes = { cup: `2${digits}001`, boxOfCups: `2${digits}002`, pen: `2${digits}003` };

  await command("saveUnits", {
    records: [
      { id: ids.piece, name: names.piece },
      { id: ids.box, name: names.box },
    ],
  });
  await command("saveWarehouses", { records: [{ id: ids.warehouse, code: mark, name: names.warehouse }] });
  await command("savePartners", {
    records: [
      { id: ids.supplier, code: `S${mark}`, name: names.supplier, isSupplier: true },
      { id: ids.customer, code: `C${mark}`, name: names.customer, isCustomer: true },
    ],
  });
  const cup = {
    id: ids.cup,
    sku: `CUP-${mark}`,
    name: names.cup,
    spec: "500ml",
    unitId: ids.piece,
    price: "25",
    referenceCost: "12.5",
    units: [{ unitId: ids.box, numerator: "12" }],
    barcodes: [{ code: codes.cup }, { code: codes.boxOfCups, unitId: ids.box }],
  };
  const pen = {
    id: ids.pen,
    sku: `PEN-${mark}`,
    name: names.pen,
    unitId: ids.piece,
    price: "1.2",
    barcodes: [{ code: codes.pen }],
  };
  await command("saveProducts", {
    records: [cup, pen],
  });
  async function placeOf(warehouseId: string): Promise<string> {
    const { locations } = await graphql<{
      locations: { id: string; kind: string; warehouse: { id: string } | null }[];
    }>("{ locations { id kind warehouse { id } } }");
    const found = locations.find(({ kind, warehouse }) => kind === "STORAGE" && warehouse?.id === warehouseId)?.id;
    if (found === undefined) throw new Error("the warehouse has no storage place");
    return found;
  }
  const place = await placeOf(ids.warehouse);

  async function change(product: { id: string }, news: object) {
    const { product: known } = await graphql<{ product: { version: number } }>(
      "query ($id: ID!) { product(id: $id) { version } }",
      { id: product.id },
    );
    await command("saveProducts", { records: [{ ...product, ...news, baseVersion: known.version }] });
  }

  return {
    ids,
    names,
    codes,
    place,
    graphql,
    command,

    /** 4 boxes of cups and 100 pens, on order. */
    async purchaseOrder() {
      const orderId = uuid7();
      await command("placePurchaseOrder", {
        orderId,
        partnerId: ids.supplier,
        locationId: place,
        lines: [
          { productId: ids.cup, unitId: ids.box, quantity: "4", unitPrice: "150" },
          { productId: ids.pen, quantity: "100", unitPrice: "0.5" },
        ],
      });
      return orderId;
    },

    /** All that is open on it, as ordered. */
    async receive(orderId: string) {
      const { purchaseOrder } = await graphql<{ purchaseOrder: { lines: { id: string; ordered: string }[] } }>(
        "query ($id: ID!) { purchaseOrder(id: $id) { lines { id ordered } } }",
        { id: orderId },
      );
      const lines = purchaseOrder.lines.map(({ id, ordered }) => ({ lineId: id, quantity: ordered }));
      await command("recordReceipt", { documentId: uuid7(), orderId, locationId: place, lines });
    },

    async salesOrder(lines: { productId: string; quantity: string; unitId?: string }[]) {
      const orderId = uuid7();
      await command("placeSalesOrder", { orderId, partnerId: ids.customer, locationId: place, lines });
      return orderId;
    },

    async confirmedOrder(lines: { productId: string; quantity: string }[]) {
      const orderId = await this.salesOrder(lines);
      await command("confirmSalesOrder", { orderId });
      return orderId;
    },

    /** Goods leave, whatever is promised to others. */
    async handOver(lines: { productId: string; quantity: string }[]) {
      await command("recordHandover", { orderId: uuid7(), partnerId: ids.customer, locationId: place, lines });
    },

    /** Pens came in at that moment, as a device tells it that had no network for so long. */
    async receivedLate(quantity: string, occurredAt: string) {
      const call = {
        id: uuid7(),
        name: "purchasing.record_blind_receipt",
        body: { document_id: uuid7(), location_id: place, lines: [{ product_id: ids.pen, quantity }] },
        occurredAt,
        lane: uuid7(),
      };
      const response = await fetch(`${url}/sync/push`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${await token()}` },
        body: JSON.stringify({ deviceTime: new Date().toISOString(), calls: [call] }),
      });
      const { outcomes } = (await response.json()) as { outcomes: { status: string }[] };
      if (outcomes[0]?.status !== "accepted") throw new Error(JSON.stringify(outcomes));
    },

    async cancel(orderId: string) {
      await command("cancelSalesOrder", { orderId });
    },

    /** No pens are promised to anybody any more: what is shipped in part is shipped, the rest cancelled. */
    async promiseNothing() {
      const { salesOrders } = await graphql<{ salesOrders: { nodes: { id: string; status: string }[] } }>(
        `
          query ($pen: ID!) {
            salesOrders(
              first: 100
              filter: { status: { in: [CONFIRMED, PARTLY_SHIPPED] }, lines: { productId: { eq: $pen } } }
            ) {
              nodes {
                id
                status
              }
            }
          }
        `,
        { pen: ids.pen },
      );
      await Promise.all(
        salesOrders.nodes.map(({ id, status }) =>
          status === "CONFIRMED" ? this.cancel(id) : command("shipSalesOrder", { documentId: uuid7(), orderId: id }),
        ),
      );
    },

    /** Pens are traded any more, or not. */
    async activatePen(active: boolean) {
      await change(pen, { active });
    },

    /** What cups cost from now on. */
    async priceCup(price: string) {
      await change(cup, { price });
    },

    /** One more, with nothing in it. */
    async warehouse() {
      const id = uuid7();
      await command("saveWarehouses", { records: [{ id, code: id.slice(-8), name: `二号仓 ${id.slice(-6)}` }] });
      return id;
    },

    /** Pens on their way to another warehouse. */
    async transfer(quantity: string) {
      const transferId = uuid7();
      await command("sendTransfer", {
        transferId,
        documentId: uuid7(),
        fromLocationId: place,
        toLocationId: await placeOf(await this.warehouse()),
        lines: [{ productId: ids.pen, quantity }],
      });
      return transferId;
    },

    /** The last entry of the log with this command. */
    async logged(name: string): Promise<string> {
      const { logEntries } = await graphql<{ logEntries: { nodes: { id: string }[] } }>(
        "query ($name: String!) { logEntries(first: 1, filter: { name: { eq: $name } }, orderBy: [RECORDED_AT_DESC]) { nodes { id } } }",
        { name },
      );
      const [found] = logEntries.nodes;
      if (!found) throw new Error(`nothing in the log of ${name}`);
      return found.id;
    },

    /** Reports all devices of this person as lost. `person`: as colleagues call them. */
    async loseDevices(person: string) {
      const asked = { headers: { Authorization: `Bearer ${await token()}` } };
      const listed = await fetch(`${url}/oauth/devices?all=1`, asked);
      const { devices } = (await listed.json()) as { devices: { id: string; person: string }[] };
      for (const device of devices.filter((one) => one.person === person)) {
        const ended = await fetch(`${url}/oauth/devices/${device.id}/revoke`, { method: "POST", ...asked });
        if (!ended.ok) throw new Error(`HTTP ${ended.status}`);
      }
    },

    async onHand(product: string): Promise<string> {
      const { product: found } = await graphql<{ product: { stockLevels: { onHand: string; locationId: string }[] } }>(
        "query ($id: ID!) { product(id: $id) { stockLevels { onHand locationId } } }",
        { id: product },
      );
      return found.stockLevels.find(({ locationId }) => locationId === place)?.onHand ?? "0";
    },
  };
}
