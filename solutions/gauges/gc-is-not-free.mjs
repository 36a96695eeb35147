// How many events are left when all that is garbage has gone? `gc` collects garbage, and `alive` counts
// the native halves that are there.
export async function settle(gc, alive) {
  let left = alive();
  for (let still = 0; still < 2; ) {
    gc();
    await new Promise(setImmediate);
    const now = alive();
    still = now === left ? still + 1 : 0;
    left = now;
  }
  return left;
}
