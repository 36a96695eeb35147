// Times functions of an add-on, and JavaScript that never calls one: the medians over some rounds, in milliseconds.
import { constants } from "node:os";
import { deflateSync } from "node:zlib";

const [addon, rounds] = process.argv.slice(2);
const instance = { exports: {} };
process.dlopen(instance, addon, constants.dlopen.RTLD_NOW);
const { allocate, visit } = instance.exports;

const objects = Array.from({ length: 5_000 }, (_, number) => ({ number }));
const work = {
  allocate: () => allocate(100_000),
  calls: () => objects.reduce((sum, object) => sum + visit(object), 0),
  javascript,
};
// What makes Node itself take and give back memory: strings, buffers, compression, parsing.
function javascript() {
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_, number) => ({ number, name: `name ${number}` })));
  let sum = 0;
  for (let turn = 0; turn < 3; turn++) {
    sum += JSON.parse(text).length + deflateSync(text, { level: 1 }).length;
    for (let index = 0; index < 20_000; index++) sum += Buffer.allocUnsafeSlow(64 + (index & 63)).length;
  }
  return sum;
}

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
