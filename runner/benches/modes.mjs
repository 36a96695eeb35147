// Times one function of an add-on: the medians over some rounds, in milliseconds.
import { constants } from "node:os";

const [addon, rounds] = process.argv.slice(2);
const instance = { exports: {} };
process.dlopen(instance, addon, constants.dlopen.RTLD_NOW);
const { allocate, visit } = instance.exports;

const objects = Array.from({ length: 5_000 }, (_, number) => ({ number }));
const work = {
  allocate: () => allocate(100_000),
  calls: () => objects.reduce((sum, object) => sum + visit(object), 0),
};
const medians = {};
for (const [name, run] of Object.entries(work)) {
  const times = [];
  for (let round = 0; round < Number(rounds); round++) {
    const begun = process.hrtime.bigint();
    run();
    times.push(Number(process.hrtime.bigint() - begun) / 1e6);
    // Finalizers and tables of one round are no part of the next one.
    await new Promise(setImmediate);
  }
  medians[name] = times.sort((a, b) => a - b)[times.length >> 1];
}
console.log(JSON.stringify(medians));
