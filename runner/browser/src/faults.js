// What a reader could not see or read in the page as it is laid out now, one line for each fault. It is the
// body of a function, and the answer is a list of strings.
const faults = [];
const root = document.documentElement;
const width = root.clientWidth;
const isPrint = matchMedia('print').matches;
const SLACK = 1; // a rounded pixel

const name = (element) => {
  const classes = [...element.classList].map((one) => `.${one}`).join('');
  const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
  return `${element.localName}${classes} "${text}"`;
};
const scrolls = (element) => ['auto', 'scroll'].includes(getComputedStyle(element).overflowX);
// The nearest element around it that scrolls sideways. On a screen a reader reaches what is in there.
const scroller = (element) => {
  for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
    if (scrolls(up) && up.id !== 'mdbook-page-wrapper') return up;
  }
  return null;
};
const isShown = (element) => element.checkVisibility() && element.getClientRects().length > 0;

// Nothing leaves the page, and nothing of ours leaves its box.
if (document.scrollingElement.scrollWidth > width + SLACK) {
  faults.push(`the page is ${document.scrollingElement.scrollWidth} wide in a window of ${width}`);
}
for (const element of document.querySelectorAll('main *')) {
  if (!isShown(element) || scroller(element)) continue;
  const { right, left, width: own } = element.getBoundingClientRect();
  if (own > 0 && (right > width + SLACK || left < -SLACK)) faults.push(`outside of the page: ${name(element)}`);
  const box = element.closest('.lesson, .lesson-memory, .lesson-code');
  if (box && box !== element && right > box.getBoundingClientRect().right + SLACK) {
    faults.push(`outside of its box: ${name(element)}`);
  }
}
// Nobody scrolls on paper.
if (isPrint) {
  for (const element of document.querySelectorAll('main pre, main code, main .table-wrapper')) {
    const hides = getComputedStyle(element).overflowX !== 'visible' && getComputedStyle(element).display !== 'inline';
    if (isShown(element) && hides && element.scrollWidth > element.clientWidth + SLACK) {
      faults.push(`cut off on paper: ${element.scrollWidth} in ${element.clientWidth}: ${name(element)}`);
    }
  }
}

// The charts can be seen and read.
const channels = (colour) => (colour.match(/[\d.]+/g) ?? []).map(Number);
const luminance = (colour) => {
  const [red, green, blue] = channels(colour).slice(0, 3).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (one, other) => {
  const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
};
const background = (element) => {
  for (let up = element; up; up = up.parentElement) {
    const colour = getComputedStyle(up).backgroundColor;
    if (channels(colour)[3] !== 0) return colour;
  }
  return 'rgb(255, 255, 255)';
};
for (const chart of document.querySelectorAll('svg.lesson-chart')) {
  // That of a run is not printed.
  const isOfRun = chart.closest('.play-chart') !== null;
  if (isOfRun && !isShown(chart)) continue;
  const box = chart.getBoundingClientRect();
  if (box.width < 200 || box.height < 100) faults.push(`${chart.id} is ${box.width} by ${box.height}`);
  const scale = box.width / chart.viewBox.baseVal.width;
  const behind = background(chart);
  for (const text of chart.querySelectorAll('text')) {
    const style = getComputedStyle(text);
    const size = parseFloat(style.fontSize) * scale;
    if (size < 9) faults.push(`${chart.id}: letters of ${size.toFixed(1)} px: ${name(text)}`);
    if (text.getBoundingClientRect().right > box.right + SLACK) faults.push(`${chart.id} cuts off ${name(text)}`);
    const ratio = contrast(style.fill, behind);
    if (ratio < 4.5) faults.push(`${chart.id}: text of contrast ${ratio.toFixed(1)}: ${name(text)}`);
  }
  // One that is drawn of a run has no solution beside it.
  const bars = [['shipped', 'fill'], ['solution', 'stroke']].slice(0, isOfRun ? 1 : 2);
  for (const [bar, paint] of bars) {
    const colour = getComputedStyle(chart.querySelector(`.lesson-${bar}`))[paint];
    const ratio = contrast(colour, behind);
    if (ratio < 3) faults.push(`${chart.id}: the bar ${bar} has a contrast of ${ratio.toFixed(1)}`);
  }
}

// A link can be read in each theme.
for (const link of document.querySelectorAll('main a:any-link')) {
  const ratio = contrast(getComputedStyle(link).color, background(link));
  if (isShown(link) && ratio < 4.5) faults.push(`a link of contrast ${ratio.toFixed(1)}: ${name(link)}`);
}

// Everything came from here.
for (const { name: address } of performance.getEntriesByType('resource')) {
  if (!address.startsWith(location.origin) && !address.startsWith('data:')) faults.push(`asks another host: ${address}`);
}
return [...new Set(faults)];
