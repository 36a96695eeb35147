// Ten Buffers over one MiB of an add-on: build external-moving-buffer, as the page says, then node views.mjs
import { load } from "./works/load.mjs";

const { Recording } = load("external_moving_buffer");
const recording = new Recording();
recording.add(Buffer.alloc(2 ** 20));

const before = process.memoryUsage();
export const kept = Array.from({ length: 10 }, () => recording.samples());
const after = process.memoryUsage();

for (const gauge of ["external", "arrayBuffers"]) {
  console.log(gauge, "grew by", ((after[gauge] - before[gauge]) / 2 ** 20).toFixed(1), "MiB");
}
