// Does the same work on the main thread and in twenty workers, one after the other:
// node workers.mjs ./work.mjs
import { once } from "node:events";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

const file = JSON.stringify(pathToFileURL(resolve(process.argv[2])));
const { default: work } = await import(JSON.parse(file));
const inWorker = `import(${file}).then(({ default: work }) => work(1))`;

for (let count = 1; count <= 20; count++) {
  await work(count);
  const worker = new Worker(inWorker, { eval: true });
  const [code] = await once(worker, "exit");
  const rss = (process.memoryUsage.rss() / 2 ** 20).toFixed(1);
  console.log(`worker ${count} ended with ${code}, RSS ${rss} MiB`);
}
await work(21);
