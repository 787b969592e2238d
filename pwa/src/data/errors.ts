/** Nobody answered, or something that is not our server did. What was sent may have arrived. */
export class Unreachable extends Error {}

/** The session has ended; what the person was doing is kept. */
export class SignedOut extends Error {}

export type GraphQLFault = {
  message: string;
  path?: (string | number)[];
  extensions?: { code?: string } & Record<string, unknown>;
};

/** The server answered and could not do it: a bug of ours, or a request it does not accept. */
export class Failed extends Error {
  readonly status: number;
  readonly faults: GraphQLFault[];

  constructor(status: number, faults: GraphQLFault[] = []) {
    super(faults[0]?.message ?? `HTTP ${status}`);
    this.status = status;
    this.faults = faults;
  }
}
