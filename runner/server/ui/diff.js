// What is different in the solution.

import { make, paint } from "./dom.js";

// `closed` is called when the reader has folded it.
export function compare(diff, closed) {
  const code = make("code", { class: "language-diff" });
  paint(code, diff);
  const summary = make("summary", {}, "From your exercise to the solution");
  const details = make("details", { class: "play-diff", open: "" }, summary, make("pre", {}, code));
  details.addEventListener("toggle", () => details.open || closed());
  return details;
}
