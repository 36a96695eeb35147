// Why a run can't be evidence. It is refused then, never graded.

export class Refusal extends Error {}

export const NO_PROBE = "the add-on carries no probe: it was not built by its lesson's manifest";
