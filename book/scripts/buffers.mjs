// What Node's numbers say of Buffers and ArrayBuffers: node --expose-gc buffers.mjs
let kept = [];

const row = (...cells) => console.log(cells.map((cell, at) => (at ? cell.padStart(14) : cell.padEnd(24))).join(""));
const say = (when) => {
  const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
  row(when, ...[heapUsed, external, arrayBuffers, rss].map((bytes) => (bytes / 2 ** 20).toFixed(1)));
};

row("MiB", "heapUsed", "external", "arrayBuffers", "RSS");
say("at the start");
kept.push(new ArrayBuffer(2 ** 28));
say("256 MiB, untouched");
new Uint8Array(kept[0]).fill(1);
say("the same, filled");
kept = [];
gc();
say("let go of, and gc()");
await new Promise(setImmediate);
gc();
say("a turn, and gc()");
// Node cuts small Buffers out of slabs of 8 KiB, and this keeps one Buffer of each thousand.
for (let number = 0; number < 100_000; number++) {
  const byte = Buffer.from("a");
  if (number % 1000 === 0) kept.push(byte);
}
gc();
say(`${kept.length} bytes, in Buffers`);
