// Uses environment.cc in the ways that Node has: the path of the add-on, and what to do.

import { execFileSync } from "node:child_process";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { args, load, measure, rounds, state } from "./rounds.mjs";

const [path, name] = args;

const scenarios = {
  // What is there when it is loaded, and what of that is left when it has freed it.
  async statics() {
    const before = await state();
    const addon = load(path);
    const loaded = await state();
    addon.release_statics();
    const released = await state();
    console.log(JSON.stringify([since(before, loaded), since(before, released)]));
  },

  async statics_of_helper() {
    const addon = load(path);
    const before = await state();
    addon.leak_by_path();
    console.log(JSON.stringify(since(before, await state())));
  },

  once() {
    const addon = load(path);
    return rounds(() => tenTimes(() => addon.leak(16)));
  },

  twice() {
    const addons = [load(path), load(path)];
    return rounds(() => tenTimes((index) => addons[index % 2].leak(16)));
  },

  // Three at once, while this thread has it too.
  workers() {
    load(path);
    return rounds(() => Promise.all([worker(), worker(), worker()]));
  },

  // Node unloads it with each of them.
  only_in_workers: () => rounds(() => worker()),

  contexts() {
    const addon = load(path);
    return rounds(() => runInNewContext("for (let index = 0; index < 10; index++) addon.leak(16)", { addon }));
  },

  async children() {
    const addon = load(path);
    const program = "JSON.stringify([process.env.LD_PRELOAD ?? null, process.env.AFTER_GC_EVIDENCE ?? null])";
    const child = () => JSON.parse(execFileSync(process.execPath, ["-p", program]));
    const list = await measure(() => {
      if (addon.fork_child() !== 7) throw new Error("a forked child has failed");
      child();
    });
    console.log(JSON.stringify([list, child()]));
  },

  loads_by_path: () => calls("leak_by_path"),
  loads_by_name: () => calls("leak_by_name"),
  frees_by_helper: () => calls("free_by_helper"),
};

function since(before, now) {
  return ["blocks.live", "bytes.live"].map((name) => now.counters[name] - before.counters[name]);
}

function calls(method) {
  const addon = load(path);
  return rounds(() =>
    tenTimes(() => {
      if (addon[method]() !== 1) throw new Error(`${method} has failed`);
    }),
  );
}

function tenTimes(work) {
  for (let index = 0; index < 10; index++) work(index);
}

function worker() {
  const worker = new Worker(new URL("./worker.mjs", import.meta.url), { workerData: path });
  return new Promise((resolve, reject) => worker.on("error", reject).on("exit", resolve));
}

await scenarios[name]();
