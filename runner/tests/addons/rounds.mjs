// Does equal rounds of work, and prints what each has left.
//
//     node --expose-gc PROGRAM PROBE …

import { Gauges, loadProbe } from "../../harness/gauges.mjs";
import { settle } from "../../harness/settle.mjs";
import { Sites } from "../../harness/sites.mjs";
import { Threads } from "../../harness/threads.mjs";
import { Tracked } from "../../harness/tracked.mjs";

const WARMUP = 3;
const ROUNDS = 5;
// High-water marks, and numbers of the moment at which they were read.
const NOT_A_GROWTH = /peak|^handles|^calls$|total|^scopes|^guard/;

export const probe = loadProbe(process.argv[2]);
// What is given to the program behind the probe.
export const args = process.argv.slice(3);

const gauges = new Gauges(probe);
const sites = new Sites(probe);
const tracked = new Tracked();
const threads = new Threads();

export function load(path) {
  const instance = { exports: {} };
  process.dlopen(instance, path);
  return instance.exports;
}

// Prints what `measure` answers.
export async function rounds(work) {
  console.log(JSON.stringify(await measure(work)));
}

// A list of { growth, sites }: the counters that have grown by their names, and the sites by their numbers.
export async function measure(work) {
  const list = [];
  let before = await state();
  for (let index = 1 - WARMUP; index <= ROUNDS; index++) {
    await work(index);
    const now = await state();
    if (index >= 1) list.push({ growth: difference(before.counters, now.counters), sites: bySite(before.sites, now.sites) });
    before = now;
  }
  return list;
}

export async function state() {
  const { settled } = await settle(globalThis.gc, gauges, tracked, threads);
  if (!settled) throw new Error("the add-on does not settle");
  return { counters: gauges.read(), sites: amounts() };
}

// The amounts of each site, by the names of the columns.
function amounts() {
  const all = {};
  for (const [column, list] of Object.entries(sites.amounts())) {
    for (const [site, amount] of list) (all[site] ??= {})[column] = amount;
  }
  return all;
}

function bySite(before, now) {
  const grown = {};
  for (const site of new Set([...Object.keys(before), ...Object.keys(now)])) {
    const changes = difference(before[site] ?? {}, now[site] ?? {});
    if (Object.keys(changes).length > 0) grown[site] = changes;
  }
  return grown;
}

function difference(before, now) {
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changes = [...names].map((name) => [name, (now[name] ?? 0) - (before[name] ?? 0)]);
  return Object.fromEntries(changes.filter(([name, change]) => change !== 0 && !NOT_A_GROWTH.test(name)));
}
