// Why a run can't be evidence. It is refused then, never graded.

export class Refusal extends Error {}

export const BLIND =
  "the probe saw no Node-API call of the add-on, so its ledger is blind: " +
  "the add-on calls V8 itself, or gets at Node-API in a way that is not known here";

export const NO_PROBE = "the probe was not loaded into Node: LD_PRELOAD has no effect on it";
