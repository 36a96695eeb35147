// A mail gateway decodes the attachments of each mail, scans them for what it was told to look for, and lets
// them go. Of some it keeps the last bytes for a while.

export async function round(addon, t) {
  const kept = scan(addon, t);
  t.sample(t.size);
  for (let turn = 0; turn < 2; turn++) {
    gc();
    await new Promise(setImmediate);
  }
  t.answer("later", kept.filter(isAsSent).length, Math.ceil(t.size / 10));
  t.answer("empty", isRefused(addon), true);
  kept.length = 0;
}

function scan(addon, t) {
  const kept = [];
  let right = 0;
  for (let number = 0; number < t.size; number++) {
    const sent = content(number + t.index);
    const bytes = addon.decode(inLines(sent.toString("hex")));
    right += Buffer.isBuffer(bytes) && bytes.equals(sent) ? 1 : 0;
    // They belong to whoever has them, so it can write to them.
    bytes[0] ^= 255;
    if (number % 10 === 0) kept.push({ end: bytes.subarray(-100), sent: sent.subarray(-100) });
    t.sample(number);
  }
  t.answer("decoded", right, t.size);
  return kept;
}

function isAsSent({ end, sent }) {
  return end.equals(sent);
}

function isRefused(addon) {
  try {
    addon.decode("\n");
    return false;
  } catch {
    return true;
  }
}

// An attachment of 3 to 4 thousand bytes.
function content(number) {
  const length = 3000 + ((number * 37 + 740) % 1000);
  return Buffer.alloc(length, Buffer.from([number & 255, 1 + (number % 7), 3]));
}

function inLines(digits) {
  return digits.match(/.{1,76}/g).join("\n");
}
