// Says after three seconds what keeps the process running:
// node --import ./still-here.mjs app.mjs
function say() {
  console.error("resources", process.getActiveResourcesInfo());
  const { libuv } = process.report.getReport();
  console.error("handles", libuv.filter((handle) => handle.is_active && handle.is_referenced).map(({ type }) => type));
}
setTimeout(say, 3000).unref();
