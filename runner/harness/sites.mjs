// Reads what there is of each call site, in runs that want it.

export class Sites {
  #probe;
  #columns;

  constructor(probe) {
    this.#probe = probe;
    this.#columns = [...probe.columns()];
  }

  // For each column that any site has something of, [number of the site, amount] of those.
  amounts() {
    const list = this.#probe.amounts();
    const amounts = {};
    for (let at = 0; at < list.length; at += 3) {
      const of = (amounts[this.#columns[list[at + 1]]] ??= []);
      of[of.length] = [list[at], list[at + 2]];
    }
    return amounts;
  }
}
