import "./monaco";
import "@graphiql/react/style.css";
import "@graphiql/plugin-doc-explorer/style.css";
import "graphiql/graphiql.css";
import { GraphiQL } from "graphiql";
import { post } from "../data/client";
import styles from "./Explorer.module.css";

const FIRST = `# Ctrl+Space completes, Ctrl+Enter runs.
# What you may not see is null, with the
# reason in errors.
query {
  me {
    name
    company
    roles
  }
  products(first: 5) {
    nodes {
      sku
      name
      onHand
      unit {
        name
      }
    }
  }
}
`;

/** No header editor and no history: a token typed there would stay in localStorage. */
export default function Explorer() {
  return (
    <main className={styles.page}>
      <GraphiQL
        fetcher={async (asked) => (await post(asked)).body as object}
        defaultQuery={FIRST}
        isHeadersEditorEnabled={false}
        showPersistHeadersSettings={false}
        plugins={[]}
      />
    </main>
  );
}
