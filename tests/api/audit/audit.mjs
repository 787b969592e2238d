// Audits the server at argv[2] with the token argv[3]; one JSON object a line: {id, name, status, reason}.
import { auditServer } from "graphql-http";

const [url, token] = process.argv.slice(2);
const fetchFn = (address, options = {}) =>
  fetch(address, { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } });

for (const { id, name, status, reason } of await auditServer({ url, fetchFn })) {
  console.log(JSON.stringify({ id, name, status, reason: reason && String(reason) }));
}
