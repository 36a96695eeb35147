// A game server lets every player take a turn. Each turn gives back a fresh object.
export function round(addon, t) {
  let calls = 0;
  const moved = addon.idle(t.size, (player) => {
    calls += 1;
    t.sample(calls);
    return { player, moved: (player + t.index) % 3 === 0 ? 1 : 0 };
  });

  let expected = 0;
  for (let player = 0; player < t.size; player++) expected += (player + t.index) % 3 === 0 ? 1 : 0;
  t.answer("calls", calls, t.size);
  t.answer("moved", moved, expected);
  t.answer("thrown", thrown(addon), "the player fell over");
}

// What comes out of `idle` when a turn throws.
function thrown(addon) {
  try {
    addon.idle(3, (player) => {
      if (player === 1) throw new Error("the player fell over");
      return { player, moved: 0 };
    });
    return "nothing";
  } catch (error) {
    return error.message;
  }
}
