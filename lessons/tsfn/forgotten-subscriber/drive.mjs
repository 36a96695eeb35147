// A program shows the prices of an exchange on pages. A page subscribes when it is opened and unsubscribes when it
// is closed. In the morning pages are opened, at noon every other one is closed, in the evening the rest, but for
// one: somebody has left it open, and closes it the next morning.

let exchange;
// What the page that was left open has to give to `unsubscribe`.
let left;

export async function round(addon, t) {
  exchange ??= new addon.Exchange();
  const pages = open(t);
  if (left) exchange.unsubscribe(left);
  await trade(price(t, "morning"), pages);
  pages.filter(isEven).forEach(close);
  await trade(price(t, "afternoon"), pages.filter(isOdd));
  t.sample(t.size);
  const last = pages.pop();
  pages.filter(isOdd).forEach(close);
  left = last.id;
  judge(t, [...pages, last]);
}

function open(t) {
  return Array.from({ length: t.size }, () => {
    const prices = [];
    const listener = t.track((price) => prices.push(price));
    return { id: exchange.subscribe(listener), prices };
  });
}

function close(page) {
  exchange.unsubscribe(page.id);
}

// Trades, and waits until all of `pages` were told of the price.
async function trade(price, pages) {
  exchange.trade(price);
  const told = () => pages.filter(({ prices }) => prices.at(-1) === price).length;
  // A price that is not there after this many turns of the event loop will not come.
  for (let turn = 0; turn < 1000 && told() < pages.length; turn++) await new Promise(setImmediate);
}

function judge(t, pages) {
  const heard = (page) => page.prices.join();
  const morning = [price(t, "morning")];
  const day = [...morning, price(t, "afternoon")];
  const wrong = pages.filter((page, at) => heard(page) !== (isEven(page, at) ? morning : day).join());
  t.answer("wrong", wrong.slice(0, 8).map(({ prices }) => prices), []);
}

function isEven(_, at) {
  return at % 2 === 0;
}

function isOdd(_, at) {
  return at % 2 === 1;
}

// Rounds count from below 0; prices do not.
function price(t, time) {
  return 1000 * (10 + t.index) + (time === "morning" ? 1 : 2);
}
