// A travel agency asks its airlines for each route, and shows a customer the cheapest offer of each.
// It is the offer itself that is shown: the customer books it, and the airline has to know it again.
const AIRLINES = 12;

export function round(addon, t) {
  // No two airlines ask the same for a route. Number 0 flies everywhere, at a price.
  const price = (route, airline) => (airline === 0 ? 400 : 50 + ((31 * route + 17 * airline + 7 * t.index + 7) % 101));
  const best = [];
  let asked = 0;
  const offers = addon.cheapest(t.size, (route) => {
    asked += 1;
    t.sample(asked);
    const all = Array.from({ length: AIRLINES }, (_, airline) => ({ route, airline, price: price(route, airline) }));
    best[route] = all.reduce((one, other) => (other.price < one.price ? other : one));
    return all;
  });

  t.answer("asked", asked, t.size);
  t.answer("offers", offers.filter((offer, route) => offer === best[route]).length, t.size);
  t.answer("first", offers.slice(0, 3).map(describe), best.slice(0, 3).map(describe));

  // Nobody flies there, and the rest of the routes is not asked for.
  t.answer("nowhere", attempt(addon, t.index + 3), { said: "no airline flies there", asked: t.index + 4 });
}

function describe({ route, airline, price }) {
  return `route ${route}: airline ${airline}, ${price} euros`;
}

function attempt(addon, place) {
  let asked = 0;
  try {
    addon.cheapest(20, (route) => {
      asked += 1;
      return route === place ? [] : [{ price: 100 }];
    });
    return { said: "nothing", asked };
  } catch (error) {
    return { said: error.message, asked };
  }
}
