// A voice memo is recorded, and its beginning is played back while the recording goes on. Of each memo
// the player keeps the beginning and the whole, and lets go of the recording.

const SECOND = 8000;
const SECONDS = 12;

export async function round(addon, t) {
  const memos = record(addon, t);
  t.sample(t.size);
  t.answer("beginning", memos.filter(({ beginning, voice }) => isRight(beginning, voice, 1)).length, t.size);
  t.answer("whole", memos.filter(({ whole, voice }) => isRight(whole, voice, SECONDS)).length, t.size);
  // The recordings are garbage now.
  for (let turn = 0; turn < 2; turn++) {
    gc();
    await new Promise(setImmediate);
  }
  t.answer("played later", memos.filter(playsLater).length, t.size);
  memos.length = 0;
}

function record(addon, t) {
  return Array.from({ length: t.size }, (_, number) => memo(addon, 1 + ((number + t.index + 10) % 200)));
}

function memo(addon, voice) {
  const recording = new addon.Recording();
  recording.add(second(voice, 0));
  const beginning = recording.samples();
  for (let at = 1; at < SECONDS; at++) recording.add(second(voice, at));
  return { voice, beginning, whole: recording.samples() };
}

function playsLater({ beginning, whole, voice }) {
  return isRight(beginning, voice, 1) && isRight(whole, voice, SECONDS);
}

function isRight(samples, voice, seconds) {
  if (samples.length !== seconds * SECOND) return false;
  for (let at = 0; at < seconds; at++) {
    if (!samples.subarray(at * SECOND, (at + 1) * SECOND).equals(second(voice, at))) return false;
  }
  return true;
}

// What the microphone hears in one second of a memo.
function second(voice, at) {
  return Buffer.alloc(SECOND, Buffer.from([voice, at, 255 - voice]));
}
