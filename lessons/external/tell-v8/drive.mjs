// A dashboard draws one level meter after the other, looks at it and lets it go.
export async function round(addon, t) {
  // The warm-up draws as many meters, but small ones: the allocator has to clear memory that was in use,
  // and to write to it is to make it resident.
  const side = t.index < 1 ? 64 : 1024;
  let right = 0;
  let previous;
  for (let done = 1; done <= t.size; done++) {
    const level = 4 * (1 + ((done * 5 + t.index) % (side / 16)));
    const shade = 1 + ((done + t.index) % 255);
    const meter = addon.drawMeter(side, level, shade);
    if (litRows(addon, meter, side, shade) === level) right += 1;
    // The one before is still on the screen.
    if (previous && litRows(addon, previous.meter, side, previous.shade) !== previous.level) right -= 1;
    previous = { meter, level, shade };
    t.sample(done);
    // Finalizers need a turn of the event loop, as a server gives them between two requests.
    await new Promise(setImmediate);
  }
  t.answer("meters", right, t.size);
}

// How many rows of a picture are lit, as far as every fourth row tells.
function litRows(addon, meter, side, shade) {
  let lit = 0;
  for (let y = 0; y < side; y += 4) {
    if (addon.shadeAt(meter, side / 2, y) === shade) lit += 4;
  }
  return lit;
}
