// The floor: loads an add-on and does the same rounds at the same size, without any measuring.
import { constants } from "node:os";

const [addon, drive, size, rounds] = process.argv.slice(2);
const instance = { exports: {} };
process.dlopen(instance, addon, constants.dlopen.RTLD_NOW);
const { round } = await import(drive);
for (let index = 1; index <= Number(rounds); index++) {
  await round(instance.exports, { size: Number(size), index, sample() {}, answer() {} });
}
