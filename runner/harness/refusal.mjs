// Why a run can't be evidence. It is refused then, never graded.

export class Refusal extends Error {}

export const BLIND =
  "the probe saw no Node-API call of the add-on, so its ledger is blind; " +
  "napi's feature `dyn-symbols` does that, or a linker that has no `--wrap`";

export const NO_PROBE = "the add-on carries no probe: it was not built by its lesson's manifest";
