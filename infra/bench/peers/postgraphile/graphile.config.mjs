import { makePgService } from "postgraphile/adaptors/pg";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";

const { PEER_DATABASE, PEER_SCHEMA, PEER_PORT } = process.env;

export default {
  extends: [PostGraphileAmberPreset],
  pgServices: [makePgService({ connectionString: PEER_DATABASE, schemas: [PEER_SCHEMA] })],
  grafserv: { port: Number(PEER_PORT), host: "127.0.0.1", watch: false, graphiql: false },
  grafast: { explain: false },
};
