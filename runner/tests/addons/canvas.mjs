// Loads ten images a round with @napi-rs/canvas, which is installed in the folder of the first argument.

import { createRequire } from "node:module";
import { args, rounds } from "./rounds.mjs";

const { createCanvas, loadImage } = createRequire(`${args[0]}/`)("@napi-rs/canvas");

const canvas = createCanvas(1000, 1000);
canvas.getContext("2d").fillRect(0, 0, 500, 500);
const png = canvas.toBuffer("image/png");

await rounds(async () => {
  for (let index = 0; index < 10; index++) await loadImage(png);
});
