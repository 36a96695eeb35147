// Records what nine programs measure of themselves: runs.json, which the exercise is graded with, and runs.txt,
// which the page shows. With each Node by itself, and the one of the page last:
//
//     cargo build --package gauges-which-number
//     node --expose-gc lessons/gauges/which-number/record.mjs
//
// A program is a process of its own, and does the same work in each round. Samples are taken inside the work, near
// its end, and when all has settled.

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";

const ROUNDS = 16;
const folder = new URL(".", import.meta.url);

// What each does in a round. `addon` draws tiles, `kept` is what JavaScript keeps, `look` takes a sample.
const programs = {
  // Draws, and frees what it has drawn.
  sound({ addon, look }) {
    for (let i = 0; i < 200; i++) addon.draw(20, 4_096);
    look();
  },
  // Forgets one tile of 96 bytes.
  crumbs({ addon, look }) {
    addon.draw(20, 4_096);
    addon.forget(96);
    look();
  },
  // Forgets a tile of 1 MiB.
  torrent({ addon, look }) {
    addon.forget(1 << 20);
    look();
  },
  // Keeps a list of what was drawn.
  history({ addon, kept, look, round }) {
    for (let i = 0; i < 1_200; i++) kept.push({ round, i, at: `tile ${round}/${i}`, size: [i, i + 1, i + 2] });
    addon.draw(20, 4_096);
    look();
  },
  // Keeps a Buffer of 256 KiB.
  buffers({ addon, kept, look, round }) {
    kept.push(Buffer.alloc(256 << 10, round));
    addon.draw(20, 4_096);
    look();
  },
  // Has at most 6 tiles of 512 KiB in its cache, and fills it with the first rounds.
  cache({ addon, look, round }) {
    addon.cached(round % 6, 512 << 10);
    look();
  },
  // Needs 48 MB once, in many small pieces, and keeps twelve of them.
  mountain({ addon, look, round }) {
    addon.survey(round === 4 ? 48_000 : 20, 1_000);
    look();
  },
  // Asks JavaScript for 60 000 tiles in one call.
  handles({ addon, look }) {
    let asked = 0;
    addon.each(60_000, (tile) => {
      asked += 1;
      if (asked === 60_000) look();
      return { tile };
    });
  },
  // Makes tiles of 1 MiB that belong to small objects, and drops them.
  unseen({ addon, look }) {
    for (let i = 0; i < 30; i++) addon.tile(1 << 20);
    look();
  },
};

if (process.argv[2]) {
  console.log(JSON.stringify(await run(process.argv[2])));
} else {
  const runs = {};
  for (const name of Object.keys(programs)) {
    const output = execFileSync(process.execPath, ["--expose-gc", "--no-warnings", import.meta.filename, name]);
    runs[name] = JSON.parse(output);
  }
  const file = new URL("runs.json", folder);
  const recorded = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  recorded[`Node ${process.versions.node.split(".")[0]}`] = runs;
  // A sample a line.
  const text = JSON.stringify(recorded, null, 1).replace(/\{\s+"inside"[^[\]]*?\}\s+\}/g, (text) => text.replace(/\s+/g, ""));
  writeFileSync(file, `${text}\n`);
  writeFileSync(new URL("runs.txt", folder), table(runs));
}

// The programs without their names, in an order that says nothing.
function table(runs) {
  const rows = [["run", "round", "heapUsed", "external", "native", "RSS", "", "inside:", "heapUsed", "native"]];
  const order = ["cache", "crumbs", "handles", "buffers", "mountain", "torrent", "sound", "history", "unseen"];
  order.forEach((name, index) => {
    for (const round of [1, ROUNDS / 2, ROUNDS]) {
      const { inside, settled } = runs[name][round - 1];
      const numbers = ["heapUsed", "external", "nativeBytes", "rss"].map((gauge) => kib(settled[gauge]));
      const run = round === 1 ? "ABCDEFGHI"[index] : "";
      rows.push([run, round, ...numbers, "", "", kib(inside.heapUsed), kib(inside.nativeBytes)]);
    }
  });
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => String(row[column]).length)));
  const lines = rows.map((row) => row.map((cell, column) => String(cell).padStart(widths[column])).join("  ").trimEnd());
  return `${lines.join("\n")}\n`;
}

function kib(bytes) {
  const parts = (bytes / 1024).toFixed(1).split(".");
  return `${parts[0].replace(/\B(?=(\d{3})+$)/g, " ")}.${parts[1]}`;
}

async function run(name) {
  const addon = { exports: {} };
  const library = new URL("../../../target/debug/libgauges_which_number.so", folder);
  process.dlopen(addon, library.pathname, constants.dlopen.RTLD_NOW);
  const kept = [];
  const samples = [];
  for (let round = 1; round <= ROUNDS; round++) {
    let inside;
    programs[name]({ addon: addon.exports, kept, round, look: () => (inside = sample(addon.exports)) });
    await settle();
    samples.push({ inside, settled: sample(addon.exports) });
  }
  return samples;
}

function sample(addon) {
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heapUsed, external, nativeBytes: addon.nativeBytes(), rss };
}

async function settle() {
  for (let turn = 0; turn < 4; turn++) {
    gc();
    await new Promise(setImmediate);
  }
}
