// The server: by what it knows the reader, what it is asked, and the stream in which it says what happens.

const KEY = "after-gc-token";
// An event of the window, which hears of other tabs by `storage`.
const NEW_KEY = "after-gc-key";
const FIRST_WAIT = 500;
const LONGEST_WAIT = 5000;
// The server says something every 15 seconds.
const SILENCE = 40_000;

// The address that the server prints ends with its key. Nobody else is to see it there: it goes into the storage of
// this origin, which other tabs of it share. Any page may link here with a key of its own, so the server is asked.
export async function takeToken() {
  const key = /^#t=([0-9a-f]{64})$/.exec(location.hash)?.[1];
  if (!key) return;
  history.replaceState(history.state, "", location.pathname + location.search);
  const answer = await fetch("/api/key", { headers: headers(key) }).catch(() => null);
  if (!answer?.ok) return;
  localStorage.setItem(KEY, key);
  window.dispatchEvent(new Event(NEW_KEY));
}

function headers(key = localStorage.getItem(KEY)) {
  return { authorization: `Bearer ${key}` };
}

// Asks for one thing. The answer has the `status`, and the fields of the server's own; or an `error`, a sentence.
export async function ask(body, keepalive = false) {
  let response;
  try {
    response = await fetch("/api/do", {
      method: "POST",
      headers: { ...headers(), "content-type": "application/json" },
      body: JSON.stringify(body),
      keepalive,
    });
  } catch {
    return { status: 0, error: "The server does not answer." };
  }
  return { ...(await fields(response)), status: response.status };
}

async function fields(response) {
  try {
    return await response.json();
  } catch {
    return { error: `The server answered with ${response.status}.` };
  }
}

// Listens to what happens to a lesson, for as long as the page is there. `opens` is called before each stream. `line`
// gets each object of it, and the key, and the next one when it is done with that. `lost` is called when there is no
// stream, with the server's answer if it gave one. A tab that is hidden has none: browsers allow few to one server.
export async function follow(lesson, { opens, line, lost }) {
  let stream = new AbortController();
  let wake = () => {};
  const rest = (time) =>
    new Promise((resolve) => {
      wake = resolve;
      if (time) setTimeout(resolve, time);
    });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) stream.abort();
    wake();
  });
  // Another tab, or this one, has been given the key of a new server.
  window.addEventListener("storage", ({ key }) => key === KEY && wake());
  window.addEventListener(NEW_KEY, () => wake());

  let wait = FIRST_WAIT;
  for (;;) {
    if (document.hidden) {
      await rest();
      continue;
    }
    stream = new AbortController();
    const key = localStorage.getItem(KEY);
    await opens();
    const answer = await listen(lesson, key, stream, (object) => {
      wait = FIRST_WAIT;
      return line(object, key);
    });
    if (document.hidden) continue;
    lost(answer);
    // Who has the wrong key gets nowhere by asking again. The right one may have come meanwhile.
    const isWrong = answer?.status === 401 && key === localStorage.getItem(KEY);
    await rest(isWrong ? 0 : wait);
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }
}

// Reads one stream to its end. Gives the answer that there was in its place, if any.
async function listen(lesson, key, stream, line) {
  if (!key) return { status: 401 };
  let timer;
  try {
    const address = `/api/events?lesson=${encodeURIComponent(lesson)}`;
    const response = await fetch(address, { headers: headers(key), signal: stream.signal });
    if (!response.ok) return { ...(await fields(response)), status: response.status };
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    for (;;) {
      timer = setTimeout(() => stream.abort(), SILENCE);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) return undefined;
      const lines = (text + value).split("\n");
      text = lines.pop();
      for (const text of lines.filter(Boolean)) await attempt(line, text);
    }
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

// A mistake in what shows a line is to be seen in the console, and does not end the stream.
async function attempt(line, text) {
  try {
    await line(JSON.parse(text));
  } catch (error) {
    reportError(error);
  }
}
