import { Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense } from "react";
import { Link, Route, Switch } from "wouter";
import { Page } from "../ui/Page";
import { Empty, LoadingRows } from "../ui/states";
import { Home } from "./Home";
import NewDocument from "./NewDocument";
import { page } from "./page";

const Account = lazy(() => import("./Account"));
const AdjustPage = lazy(() => import("../features/inventory/AdjustPage"));
const BlindReceiptPage = lazy(() => import("../features/purchasing/BlindReceiptPage"));
const ChecksPage = lazy(() => import("../features/checks/ChecksPage"));
const CountList = page(() => import("../features/inventory/count/CountList"));
const CountPage = lazy(() => import("../features/inventory/count/CountPage"));
const DiscrepanciesPage = lazy(() => import("../features/inventory/discrepancies/DiscrepanciesPage"));
const EntryPage = lazy(() => import("../features/log/EntryPage"));
const LogPage = lazy(() => import("../features/log/LogPage"));
const NewCount = lazy(() => import("../features/inventory/count/NewCount"));
const NewTransfer = lazy(() => import("../features/inventory/transfer/NewTransfer"));
const Devices = lazy(() => import("../features/sync/Devices"));
const ImportList = lazy(() => import("../features/imports/ImportList"));
const ImportPage = lazy(() => import("../features/imports/ImportPage"));
const JobsPage = lazy(() => import("../features/jobs/JobsPage"));
const PeriodsPage = lazy(() => import("../features/inventory/periods/PeriodsPage"));
const ProductList = page(() => import("../features/masterdata/ProductList"));
const ProductPage = lazy(() => import("../features/masterdata/ProductPage"));
const PurchaseOrderList = page(() => import("../features/purchasing/PurchaseOrderList"));
const PurchaseOrderPage = lazy(() => import("../features/purchasing/PurchaseOrderPage"));
const ReturnPage = lazy(() => import("../features/sales/ReturnPage"));
const SalesOrderList = page(() => import("../features/sales/SalesOrderList"));
const SalesOrderPage = lazy(() => import("../features/sales/SalesOrderPage"));
const ScanPage = page(() => import("../scan/ScanPage"));
const SlipPage = lazy(() => import("../features/sales/SlipPage"));
const SyncCentre = lazy(() => import("../features/sync/SyncCentre"));
const TransferList = page(() => import("../features/inventory/transfer/TransferList"));
const TransferPage = lazy(() => import("../features/inventory/transfer/TransferPage"));
const UnitsPage = lazy(() => import("../features/masterdata/units/UnitsPage"));
const WaitingCalls = lazy(() => import("../features/sync/WaitingCalls"));

const STARTS: Record<string, { load: () => Promise<unknown> }> = {
  "/counts": CountList,
  "/products": ProductList,
  "/purchase-orders": PurchaseOrderList,
  "/sales-orders": SalesOrderList,
  "/scan": ScanPage,
  "/transfers": TransferList,
};

/** The code of a page that the app may start on, beside what is loaded anyway. */
export const preload = (path: string): Promise<unknown> | undefined => STARTS[path]?.load();

export function Routes() {
  return (
    <Suspense fallback={<LoadingRows />}>
      <Switch>
        <Route path="/">
          <Home />
        </Route>
        <Route path="/new">
          <NewDocument />
        </Route>
        <Route path="/me">
          <Account />
        </Route>
        <Route path="/queue">
          <SyncCentre />
        </Route>
        <Route path="/waiting-calls">
          <WaitingCalls />
        </Route>
        <Route path="/devices">
          <Devices />
        </Route>
        <Route path="/jobs">
          <JobsPage />
        </Route>
        <Route path="/checks">
          <ChecksPage />
        </Route>
        <Route path="/discrepancies">
          <DiscrepanciesPage />
        </Route>
        <Route path="/periods">
          <PeriodsPage />
        </Route>
        <Route path="/units">
          <UnitsPage />
        </Route>
        <Route path="/log">
          <LogPage />
        </Route>
        <Route path="/log/:id">
          <EntryPage />
        </Route>
        <Route path="/imports">
          <ImportList />
        </Route>
        <Route path="/imports/:id">{({ id }) => <ImportPage key={id} id={id} />}</Route>
        <Route path="/scan">
          <ScanPage />
        </Route>
        <Route path="/slip">
          <SlipPage />
        </Route>
        <Route path="/products">
          <ProductList />
        </Route>
        <Route path="/products/:id">{({ id }) => <ProductPage key={id} id={id} />}</Route>
        <Route path="/counts">
          <CountList />
        </Route>
        <Route path="/counts/new">
          <NewCount />
        </Route>
        <Route path="/counts/:id">{({ id }) => <CountPage key={id} id={id} />}</Route>
        <Route path="/transfers">
          <TransferList />
        </Route>
        <Route path="/transfers/new">
          <NewTransfer />
        </Route>
        <Route path="/transfers/:id">{({ id }) => <TransferPage key={id} id={id} />}</Route>
        <Route path="/adjust">
          <AdjustPage />
        </Route>
        <Route path="/purchase-orders">
          <PurchaseOrderList />
        </Route>
        <Route path="/purchase-orders/:id">{({ id }) => <PurchaseOrderPage key={id} id={id} />}</Route>
        <Route path="/receive/blind">
          <BlindReceiptPage />
        </Route>
        <Route path="/returns/new">
          <ReturnPage />
        </Route>
        <Route path="/sales-orders">
          <SalesOrderList />
        </Route>
        <Route path="/sales-orders/:id">{({ id }) => <SalesOrderPage key={id} id={id} />}</Route>
        <Route>
          <NoSuchPage />
        </Route>
      </Switch>
    </Suspense>
  );
}

function NoSuchPage() {
  const { t } = useLingui();
  return (
    <Page title={t`Not found`} back={{ href: "/", label: t`Home` }}>
      <Empty
        title={<Trans>There is no such page</Trans>}
        action={
          <Link href="/">
            <Trans>Home</Trans>
          </Link>
        }
      />
    </Page>
  );
}
