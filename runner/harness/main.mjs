// Loads one add-on, does the lesson's rounds of work with it, and writes down what was measured.
//
//     node --expose-gc --no-warnings main.mjs PLAN
//
// PLAN is a JSON file of the runner: { addon, drive, exercise, evidence, probe, sites, snapshot, size, warmup,
// rounds, memory, oldestNode }, where `exercise` and `snapshot` may be null. The library `probe` is preloaded. Evidence goes to a file of its own, one
// JSON object a line, as it is taken, so that what was measured before a crash is kept. What the add-on
// prints is not read here.

import { readFileSync } from "node:fs";
import { setInterval } from "node:timers";
import { pathToFileURL } from "node:url";
import { Evidence } from "./evidence.mjs";
import { Exercise } from "./exercise.mjs";
import { Gauges, loadProbe } from "./gauges.mjs";
import { GcLog } from "./gc-log.mjs";
import { load } from "./load.mjs";
import { BLIND, Refusal } from "./refusal.mjs";
import { Round } from "./round.mjs";
import { settle } from "./settle.mjs";
import { Sites } from "./sites.mjs";
import { writeSnapshot } from "./snapshot.mjs";
import { Threads } from "./threads.mjs";
import { Tracked } from "./tracked.mjs";

const plan = JSON.parse(readFileSync(process.argv[2], "utf8"));
const evidence = new Evidence(plan.evidence);
const written = plan.exercise && new Exercise(plan.exercise);
// Taken before the add-on is loaded: what it does to the globals later changes nothing here.
const gc = globalThis.gc;

evidence.write({ at: "start", node: process.versions.node, v8: process.versions.v8, napi: process.versions.napi });
try {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const [oldestMajor, oldestMinor] = plan.oldestNode;
  if (major < oldestMajor || (major === oldestMajor && minor < oldestMinor)) {
    throw new Refusal(`Node ${process.versions.node} is too old: ${oldestMajor}.${oldestMinor} or later is needed`);
  }
  await main();
} catch (error) {
  if (error instanceof Refusal) evidence.write({ at: "refused", reason: error.message });
  else {
    const stack = String(error?.stack ?? "");
    evidence.write({ at: "error", message: String(error?.message ?? error), stack: written?.named(stack) ?? stack });
  }
  process.exitCode = 1;
}
evidence.write({ at: "end" });
beatWhileAlive();

async function main() {
  const threads = new Threads();
  const probe = loadProbe(plan.probe);
  const gauges = new Gauges(probe);
  const addon = load(plan.addon);
  const gcLog = new GcLog();
  const sites = plan.sites ? new Sites(probe) : null;
  const tracked = new Tracked();
  const { calls } = gauges.read();
  if (calls === 0) throw new Refusal(BLIND);
  evidence.write({ at: "loaded", calls });

  const drive = await import(pathToFileURL(plan.drive));
  const exercise = await written?.load();
  await settle(gc, gauges, tracked, threads);
  for (let index = 1 - plan.warmup; index <= plan.rounds; index++) {
    await one(index);
  }
  if (plan.snapshot && tracked.alive() > 0) {
    // If the process ends in between, it is not the add-on's fault.
    evidence.write({ at: "snapshot", done: false, missing: null });
    const missing = writeSnapshot(plan.snapshot, tracked, probe.references, plan.memory);
    evidence.write({ at: "snapshot", done: true, missing });
  }

  // Rounds 0 and below are the warm-up: napi-rs and V8 fill tables of their own in it.
  async function one(index) {
    const write = (entry) => evidence.write({ round: index, ...entry });
    const sample = (moment) => {
      if (moment === "inside") {
        write({ at: "sample", moment, gauges: gauges.sampleChanges() });
        return;
      }
      // Tracked objects are counted by a look at each of them, which would disturb the work.
      write({ at: "sample", moment, gauges: { ...gauges.sample(), ...tracked.read() } });
      if (sites && (moment === "before" || moment === "return" || moment === "settled")) {
        write({ at: "sites", moment, amounts: sites.amounts() });
      }
    };

    // The round before has settled.
    probe.resetPeaks();
    sample("before");
    // What the harness itself has thrown away is not to fill the heap of the work.
    gc();
    await gcLog.collect();

    const round = new Round({ plan, index, write, sample, tracked, exercise });
    await drive.round(addon, round);
    gcLog.stop();
    sample("return");

    // Nothing may come between: a turn of the event loop would run finalizers.
    gc();
    sample("gc");
    write({ at: "settle", ...(await settle(gc, gauges, tracked, threads)) });
    sample("settled");
    write({ at: "gc", ...(await gcLog.collect()) });
  }
}

// A process whose event loop is empty ends here by itself. If something keeps it alive, these beats
// say so and prove that it is the loop that waits, not a machine that has no time for it.
function beatWhileAlive() {
  let beats = 0;
  const beat = () => {
    beats += 1;
    evidence.write({ at: "alive", beats, resources: process.getActiveResourcesInfo() });
  };
  setInterval(beat, 250).unref();
}
