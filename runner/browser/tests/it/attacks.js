// What a page can try to get something from a server, as the body of a function. Each line of the answer is one way in
// which it got something; `names` are all that were tried.
// What must succeed, because the page may do it, has more time, in milliseconds.
const [target, key, lesson, files, own] = arguments;
const WAIT = 4000;
const PATIENCE = 20000;
const page = `${target}/${lesson}.html`;
const events = `${target}/api/events?lesson=${lesson}`;
const check = JSON.stringify({ lesson, action: 'check' });
const file = JSON.stringify({ lesson, action: 'back_up', text: '// from elsewhere' });
const authorization = `Bearer ${key}`;
const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain' };

// What is read of an answer that is not a refusal.
const get = async (address, options = {}) => {
  const answer = await fetch(address, { cache: 'no-store', ...options });
  if (!answer.ok) return null;
  const { value } = await answer.body.getReader().read();
  return value && `${answer.status}, ${new TextDecoder().decode(value).slice(0, 40)}`;
};
const post = (body, headers, options = {}) => get(`${target}/api/do`, { method: 'POST', body, headers, ...options });
// Whether an element loads what it names.
const load = (tag, attributes) => new Promise((resolve) => {
  const element = document.createElement(tag);
  element.onload = () => resolve('loaded');
  element.onerror = () => resolve(null);
  Object.assign(element, attributes);
  document.body.append(element);
});
// What can be read in a frame.
const frame = (address) => new Promise((resolve) => {
  const element = document.createElement('iframe');
  element.onload = () => {
    try {
      const text = element.contentDocument.body.innerText.trim();
      resolve(text && !text.includes('Refused: ') ? text.slice(0, 40) : null);
    } catch {
      resolve(null);
    }
  };
  element.src = address;
  document.body.append(element);
});
const socket = (path) => new Promise((resolve) => {
  const connection = new WebSocket(`${target.replace('http', 'ws')}${path}`);
  connection.onopen = () => resolve('open');
  connection.onerror = () => resolve(null);
});
const form = (enctype) => new Promise((resolve) => {
  const answer = document.createElement('iframe');
  answer.name = `answer-${enctype}`;
  const sent = document.createElement('form');
  Object.assign(sent, { method: 'post', action: `${target}/api/do`, enctype, target: answer.name });
  // With text/plain this is JSON.
  const field = document.createElement('input');
  Object.assign(field, { type: 'hidden', name: `${check.slice(0, -1)},"x":"`, value: '"}' });
  sent.append(field);
  document.body.append(answer, sent);
  answer.onload = () => resolve(null);
  sent.submit();
});

const attacks = {
  'a page': () => get(page),
  'a page, with what the browser knows of us': () => get(page, { credentials: 'include' }),
  'a page, unseen': () => get(page, { mode: 'no-cors' }),
  'a script, unseen': () => get(`${target}/__play/main.js`, { mode: 'no-cors' }),
  'the events': () => get(events),
  'the events, with the key': () => get(events, { headers: { authorization } }),
  'the events, unseen': () => get(events, { mode: 'no-cors', headers: { authorization } }),
  'a run': () => post(check, json),
  'a run, unseen': () => post(check, plain, { mode: 'no-cors' }),
  'a run, kept alive': () => post(check, { ...plain, authorization }, { keepalive: true, mode: 'no-cors' }),
  'a run, as a beacon': async () => void navigator.sendBeacon(`${target}/api/do`, check),
  'a run, as a beacon of JSON': async () => void navigator.sendBeacon(`${target}/api/do`, new Blob([check], { type: json['content-type'] })),
  'a run, by a form': () => form('text/plain'),
  'a run, by another form': () => form('application/x-www-form-urlencoded'),
  'a file, unseen': () => post(file, plain, { mode: 'no-cors' }),
  'the news': () => socket('/__live?edition=0'),
  'the events, by a socket': () => socket(`/api/events?lesson=${lesson}`),
  'the events, as a stream': () => new Promise((resolve) => {
    const source = new EventSource(events);
    source.onmessage = source.onopen = () => resolve('open');
    source.onerror = () => resolve(null);
  }),
  'a script': () => load('script', { src: `${target}/__play/dom.js`, type: 'module' }),
  'a script of the book': () => load('script', { src: `${target}${files.script}` }),
  'a style': () => load('link', { rel: 'stylesheet', href: `${target}/__play/play.css` }),
  'a picture': () => load('img', { src: `${target}${files.picture}` }),
  'a frame of a page': () => frame(page),
  'a frame of the events': () => frame(events),
  'a window': (wait) => new Promise((resolve) => {
    const opened = window.open(page);
    const end = performance.now() + wait / 2;
    const look = () => {
      let text = null;
      try {
        text = opened.document.querySelector('main')?.innerText.slice(0, 40);
      } catch {
        // It is not of this origin, or not ours any more.
      }
      if (!text && performance.now() < end) return setTimeout(look, 50);
      opened.close();
      return resolve(text);
    };
    look();
  }),
  // With the key, it is the last: on a page that may do it, a run begins.
  'a file, with the key': () => post(file, { ...json, authorization }),
  'a run, with the key': () => post(check, { ...json, authorization }),
};

const late = (wait) => new Promise((resolve) => setTimeout(resolve, wait, null));
const got = [];
for (const [name, attack] of Object.entries(attacks)) {
  const wait = own.includes(name) ? PATIENCE : WAIT;
  let result = null;
  try {
    result = await Promise.race([attack(wait), late(wait)]);
  } catch {
    // The browser does not let it.
  }
  if (result) got.push(`${name}: ${result}`);
}
return { names: Object.keys(attacks), got };
