// Says after three seconds what keeps the process running:
// node --import ./still-here.mjs app.mjs
function say() {
  console.error("resources", process.getActiveResourcesInfo());
  const { libuv } = process.report.getReport();
  const held = libuv.filter((handle) => handle.is_active && handle.is_referenced);
  console.error("handles", held.map((handle) => handle.type));
}
setTimeout(say, 3000).unref();
