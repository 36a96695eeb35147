// Makes one access: the add-on, a name, and a number for the add-on's function of that name.

import { args, load } from "./rounds.mjs";

const [path, name, number] = args;
const addon = load(path);

const byJavaScript = {
  // The loop is long enough for each compiler of V8 to have had it.
  read_by_javascript() {
    const view = addon.view();
    addon.close();
    let sum = 0;
    for (let index = 0; index < 5; index++) sum += view[index];
    return sum;
  },
  read_by_a_visitor() {
    const view = addon.view();
    addon.close();
    return addon.visit(() => view[7] * 5);
  },
};

const call = byJavaScript[name] ?? addon[name];
console.log(JSON.stringify(call(Number(number ?? 0)) ?? null));
