/** Names of the requests and notifications of searches; what they carry stands in `features/explorer/protocol.ts`. */

/** Client → server. `OfferParams` → `DesignOffer | null`. */
export const offerRequest = "mapspace/search/offer";
/** Client → server. `StartParams` → `StartResult`. */
export const startRequest = "mapspace/search/start";
/** Client → server. `ControlParams` → `null`. */
export const controlRequest = "mapspace/search/control";
/** Client → server. `ViewParams` → `CandidateView | null`. */
export const viewRequest = "mapspace/search/view";
/** Client → server. `TrafficParams` → `TrafficCurve | null`. */
export const trafficRequest = "mapspace/search/traffic";
/** Client → server. `CompareParams` → `StartResult`. */
export const compareRequest = "mapspace/search/compare";
/** Client → server. `WriteParams` → `WriteResult`. */
export const writeRequest = "mapspace/search/write";
/** Server → client: `RunProgress`, at most ten a second for each run. */
export const progressNotification = "mapspace/search/progress";

/** All that the client may ask for. */
export const searchRequests = [
  offerRequest,
  startRequest,
  controlRequest,
  viewRequest,
  trafficRequest,
  compareRequest,
  writeRequest,
] as const;
