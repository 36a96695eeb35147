// Loads an add-on in a worker thread, and has it leak ten blocks of 16 bytes.

import { workerData } from "node:worker_threads";

const instance = { exports: {} };
process.dlopen(instance, workerData);
for (let index = 0; index < 10; index++) instance.exports.leak(16);
