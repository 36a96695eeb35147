// Measures each function of memory.cc twenty times a round: when it keeps what it takes, and when it does not. Prints
// for each one what it says that it takes, and the two lists of rounds.

import { args, load, measure } from "./rounds.mjs";

const TIMES = 20;

const addon = load(args[0]);
const all = {};
for (const name of Object.keys(addon)) {
  const times = (keep) => () => {
    for (let index = 0; index < TIMES; index++) addon[name](keep);
  };
  all[name] = { bytes: addon[name](0), keeping: await measure(times(1)), freeing: await measure(times(0)) };
}
console.log(JSON.stringify(all));
