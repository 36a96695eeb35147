// Does the same work ten times, and says after each time what is left when all
// garbage is gone, in MiB: node --expose-gc rounds.mjs ./work.mjs
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import v8 from "node:v8";

const { default: work } = await import(pathToFileURL(resolve(process.argv[2])));

const heads = ["round", "heapUsed", "external", "global handles", "RSS", "highest"];
const row = (cells) => cells.map((cell, at) => cell.padStart(heads[at].length + 4)).join("");
const mib = (bytes) => (bytes / 2 ** 20).toFixed(1);

console.log(row(heads));
for (let round = 1; round <= 10; round++) {
  await work(round);
  // Finalizers run on a turn of the event loop, and what they let go of needs a
  // collection of its own.
  for (let turn = 0; turn < 5; turn++) {
    gc();
    await new Promise(setImmediate);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  // V8 keeps 32 bytes for each reference of an add-on whose object is alive.
  const handles = v8.getHeapStatistics().used_global_handles_size / 32;
  const highest = process.resourceUsage().maxRSS * 1024;
  console.log(
    row([`${round}`, mib(heapUsed), mib(external), `${handles}`, mib(rss), mib(highest)]),
  );
}
