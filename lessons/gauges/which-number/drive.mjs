// Nine programs were run, and what their gauges said was written down in runs.json. `diagnose` is asked about each of
// them, and not told which one it is. The rounds take the recordings of one Node each. An answer is the list of what
// was diagnosed wrongly.
import { readFileSync } from "node:fs";

const recorded = Object.values(JSON.parse(readFileSync(new URL("runs.json", import.meta.url), "utf8")));

const LEAKS = { crumbs: "native leak", torrent: "native leak", history: "JavaScript leak", buffers: "Buffers" };
const SOUND = { sound: "sound", cache: "sound", mountain: "sound" };
const RETENTION = { handles: "retention", unseen: "retention" };

export function round(addon, t) {
  const runs = recorded[(t.index + 1) % recorded.length];
  const mistakes = (programs) => {
    const diagnosed = Object.entries(programs).map(([name, right]) => ({ name, right, said: diagnose(runs[name]) }));
    return diagnosed.filter(({ right, said }) => said !== right).map(({ name, said }) => `${name}: ${said}`);
  };
  const diagnose = (run) => t.exercise.diagnose(structuredClone(run));
  t.answer("leaks", mistakes(LEAKS), []);
  t.answer("sound", mistakes(SOUND), []);
  t.answer("retention", mistakes(RETENTION), []);

  // The add-on that the programs had is here as well, and draws a little.
  t.answer("drawn", addon.draw(t.size, 96), t.size);
  t.sample(t.size);
}
