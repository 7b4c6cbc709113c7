// Marks wait here until the server has them. They are written down in the browser before anything is sent, so neither a broken connection nor a closed tab loses one;
// each has a key of its own, so sending one again does nothing again.
const PREFIX = "fv-outbox:";
const BATCH = 100;
const WAITS = [500, 1000, 2000, 4000, 8000, 15000];
const memory = new Map();
let sending = null;
let failures = 0;
let timer = 0;
let count = 0;

const user = () => document.querySelector("[data-fv-user]")?.dataset.fvUser ?? "";

const headers = () => {
  const meta = document.querySelector("meta[name=fv-antiforgery]");
  return { "content-type": "application/json", ...(meta ? { [meta.dataset.header]: meta.content } : {}) };
};

const store = (key, entry) => {
  try {
    localStorage.setItem(key, JSON.stringify(entry));
  } catch {
    memory.set(key, entry); // storage may be blocked or full: it lasts as long as the page
  }
};

const forget = (key) => {
  memory.delete(key);
  try {
    localStorage.removeItem(key);
  } catch {
    // as above
  }
};

// What this person made and the server does not have yet, oldest first.
const waiting = () => {
  const found = [...memory];
  try {
    for (let i = 0; i < localStorage.length; i++) {
      const key = localStorage.key(i);
      if (key?.startsWith(PREFIX)) {
        found.push([key, JSON.parse(localStorage.getItem(key))]);
      }
    }
  } catch {
    // only what is in memory then
  }
  const me = user();
  return found.filter(([, entry]) => entry.user === me).sort(([a], [b]) => (a < b ? -1 : 1));
};

const tell = (refused) => {
  const left = waiting().length;
  document.documentElement.dataset.outbox = left;
  dispatchEvent(new CustomEvent("fv-outbox", { detail: { waiting: left, isStuck: failures > 0, refused } }));
};

const renewToken = async () => {
  const answer = await fetch("/api/v1/csrf", { credentials: "same-origin" });
  if (answer.ok) {
    const meta = document.querySelector("meta[name=fv-antiforgery]");
    if (meta) {
      meta.content = (await answer.json()).token;
    }
  }
  return answer.ok;
};

const post = (run, orders) =>
  fetch(`/api/v1/runs/${run}/marks`, { method: "POST", credentials: "same-origin", headers: headers(), body: JSON.stringify({ orders }), redirect: "manual" });

// Sends the oldest of one run. True when there may be more to do at once.
const sendSome = async () => {
  const all = waiting();
  if (all.length === 0) {
    return false;
  }
  const run = all[0][1].run;
  const batch = all.filter(([, entry]) => entry.run === run).slice(0, BATCH);
  const orders = batch.map(([, entry]) => entry.order);
  let answer = await post(run, orders);
  if (answer.status === 400 && (await renewToken())) {
    answer = await post(run, orders);
  }
  if (answer.ok) {
    const { outcomes } = await answer.json();
    batch.forEach(([key]) => forget(key));
    dispatchEvent(new CustomEvent("fv-marks", { detail: { run, outcomes } }));
    return true;
  }
  if ([400, 403, 404].includes(answer.status)) {
    // One that the server will never take must not keep the others; which one it is shows when each goes alone.
    if (batch.length > 1) {
      for (const [key, entry] of batch) {
        const alone = await post(run, [entry.order]);
        if (alone.ok || [400, 403, 404].includes(alone.status)) {
          forget(key);
        } else {
          throw new Error(`${alone.status}`);
        }
      }
      return true;
    }
    forget(batch[0][0]);
    const body = await answer.json().catch(() => null);
    tell(body?.detail ?? "The server did not take a mark.");
    return true;
  }
  throw new Error(`${answer.status}`);
};

const drain = async () => {
  try {
    while (await sendSome()) {
      failures = 0;
      tell();
    }
    failures = 0;
  } catch {
    // No connection, signed out, or the server is busy: it stays written down, and another try follows.
    clearTimeout(timer);
    timer = setTimeout(flush, WAITS[Math.min(failures++, WAITS.length - 1)]);
  }
  tell();
};

// One at a time, also over several tabs where the browser can say so.
export function flush() {
  clearTimeout(timer);
  sending ??= (navigator.locks ? navigator.locks.request("fv-outbox", drain) : drain()).finally(() => {
    sending = null;
    if (waiting().length > 0 && failures === 0) {
      flush();
    }
  });
  return sending;
}

// A name that sorts by time and that nobody else has.
const newKey = () => {
  const random = crypto.getRandomValues(new Uint32Array(2));
  return `${Date.now().toString(36).padStart(9, "0")}-${(count++).toString(36).padStart(5, "0")}-${random[0].toString(36)}${random[1].toString(36)}`;
};

export function push(run, order) {
  const key = newKey();
  store(PREFIX + key, { user: user(), run, order: { key, ...order } });
  tell();
  flush();
}

addEventListener("online", flush);
document.addEventListener("visibilitychange", () => document.hidden || flush());
flush();
