// An archive looks through its reels for the frames that are worth a second look, and writes down where they
// are. A reel is one call, and its frames are looked at while the call lasts.

export function round(addon, t) {
  const reel = { right: 0, inOrder: 0, next: first(t), kept: [] };
  project(addon, t, reel);
  t.answer("frames", { right: reel.right, inOrder: reel.inOrder }, { right: t.size, inOrder: t.size });
  const expected = Array.from({ length: Math.ceil(t.size / 40) }, (_, i) => first(t) + 40 * i);
  t.answer("kept", reel.kept.map((frame) => frame.number), expected);
  t.answer("thrown", torn(addon, t), { message: "the film is torn", seen: 3 });
}

function project(addon, t, reel) {
  let done = 0;
  addon.project(first(t), t.size, (frame) => {
    const shade = frame.number % 256;
    const corners = [[0, 0], [255, 0], [128, 77], [255, 255]];
    if (corners.every(([x, y]) => frame.shadeAt(x, y) === shade) && frame.shadeAt(255, 256) === null) reel.right += 1;
    if (frame.number === reel.next) reel.inOrder += 1;
    reel.next += 1;
    // One frame in forty is worth a second look.
    if (done % 40 === 0) reel.kept.push(frame);
    done += 1;
    t.sample(done);
  });
}

// A look that throws ends the reel.
function torn(addon, t) {
  let seen = 0;
  try {
    addon.project(first(t), 10, () => {
      seen += 1;
      if (seen === 3) throw new Error("the film is torn");
    });
    return { message: null, seen };
  } catch (error) {
    return { message: error.message, seen };
  }
}

// Rounds count from below 0; frames do not.
function first(t) {
  return 100 + 10 * t.index;
}
