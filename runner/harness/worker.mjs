// One worker thread of a round.

import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { load } from "./load.mjs";

const { addon, drive, data } = workerData;
const { worker } = await import(pathToFileURL(drive));
parentPort.postMessage(await worker(load(addon), data));
