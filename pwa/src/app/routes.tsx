import { Trans, useLingui } from "@lingui/react/macro";
import { lazy, Suspense } from "react";
import { Link, Route, Switch } from "wouter";
import { Page } from "../ui/Page";
import { Empty, LoadingRows } from "../ui/states";
import { Home } from "./Home";

const Account = lazy(() => import("./Account"));
const ProductList = lazy(() => import("../features/masterdata/ProductList"));
const ProductPage = lazy(() => import("../features/masterdata/ProductPage"));
const PurchaseOrderList = lazy(() => import("../features/purchasing/PurchaseOrderList"));
const PurchaseOrderPage = lazy(() => import("../features/purchasing/PurchaseOrderPage"));
const SalesOrderList = lazy(() => import("../features/sales/SalesOrderList"));
const SalesOrderPage = lazy(() => import("../features/sales/SalesOrderPage"));
const SlipPage = lazy(() => import("../features/sales/SlipPage"));

export function Routes() {
  return (
    <Suspense fallback={<LoadingRows />}>
      <Switch>
        <Route path="/">
          <Home />
        </Route>
        <Route path="/me">
          <Account />
        </Route>
        <Route path="/slip">
          <SlipPage />
        </Route>
        <Route path="/products">
          <ProductList />
        </Route>
        <Route path="/products/:id">{({ id }) => <ProductPage key={id} id={id} />}</Route>
        <Route path="/purchase-orders">
          <PurchaseOrderList />
        </Route>
        <Route path="/purchase-orders/:id">{({ id }) => <PurchaseOrderPage key={id} id={id} />}</Route>
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
