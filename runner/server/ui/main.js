// What a server that may run the lessons adds to each page: the exercise in it can be edited, run and checked.

import { takeToken } from "./api.js";

// All pages in one, for paper.
const isForPaper = location.pathname.endsWith("/print.html");

await takeToken();
window.addEventListener("hashchange", takeToken);
const section = document.querySelector("section.lesson[data-lesson]");
if (section && !isForPaper) {
  const { Lesson } = await import("./lesson.js");
  new Lesson(section);
}
