// A shop adds up its orders. What an order costs is decided in JavaScript, by rules that throw when
// an order has no price.
export function round(addon, t) {
  const cents = (order) => 100 + ((7 * order + t.index + 10) % 50);
  let priced = 0;
  const total = addon.total(t.size, (order) => {
    priced += 1;
    t.sample(priced);
    return { order, cents: cents(order) };
  });

  let expected = 0;
  for (let order = 0; order < t.size; order++) expected += cents(order);
  t.answer("priced", priced, t.size);
  t.answer("total", total, expected);

  // The first rounds are a good day.
  if (t.index < 1) return;
  t.answer("thrown", attempt(addon, 3 + t.index, () => { throw new Error("no price for this one"); }), {
    said: "no price for this one",
    asked: 3 + t.index,
  });
  const { asked } = attempt(addon, 5 + t.index, () => ({ cents: "ask us" }));
  t.answer("no number", asked, 5 + t.index);
}

// Adds up ten orders. All are priced but the one that is asked about as number `place`.
function attempt(addon, place, odd) {
  let asked = 0;
  try {
    addon.total(10, () => {
      asked += 1;
      return asked === place ? odd() : { cents: 100 };
    });
    return { said: "nothing", asked };
  } catch (error) {
    return { said: error.message, asked };
  }
}
