// Makes 500 objects a round of the add-on's class, and forgets them.

import { args, load, rounds } from "./rounds.mjs";

const { Counter } = load(args[0]);

await rounds(() => {
  let sum = 0;
  for (let index = 0; index < 500; index++) sum += new Counter(index).value();
  if (sum !== 124750) throw new Error(`the class counts wrong: ${sum}`);
});
