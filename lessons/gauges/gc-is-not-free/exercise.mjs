// How many events are left when all that is garbage has gone? `gc` collects garbage, and `alive` counts
// the native halves that are there.
export async function settle(gc, alive) {
  gc();
  return alive();
}
