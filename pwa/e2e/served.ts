/** The server of this worker, as the tests come to it. */

export type Served = {
  /** What browsers are told. */
  url: string;
  /** The file of its sign-ins. */
  demo: string;
  /** Of a server that the tests have started: tests that need this are skipped on a given one. */
  own: {
    /** Past the network that can fail. */
    direct: string;
    /** Where the network is told what goes wrong. */
    control: string;
    /** Its folder. */
    data: string;
    /** How to look into its database. */
    database: string;
  } | null;
};

/** For the workers, which begin after this. */
export function publish(servers: readonly Served[]) {
  process.env.HUOTONG_E2E_SERVERS = JSON.stringify(servers);
}

export function served(): Served {
  const servers = JSON.parse(process.env.HUOTONG_E2E_SERVERS ?? "[]") as Served[];
  const server = servers[Number(process.env.TEST_PARALLEL_INDEX)];
  if (!server) throw new Error("there is no server for this worker");
  return server;
}
