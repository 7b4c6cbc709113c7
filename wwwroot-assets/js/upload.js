// Files go to the API by plain HTTP, some at a time (send.js). The state lives here, so uploads survive a lost circuit and a change of page; the circuit
// only hears about rows that changed, a few at a time, so that hundreds of files do not overflow it.
import { discard, pause as stop, send, unfinished } from "./send.js";

const AT_ONCE = 3;
const ROWS_PER_REPORT = 50;
const uploads = new Map();
const changed = new Set();
const gone = new Set();
const recipe = { name: null, json: null };
let options = null;
let target = null;
let next = 1;
let timer = 0;
let cleanUp = [];

const row = ({ id, name, size, state, loaded, bytesPerSecond, runId, error }) => ({ id, name, size, state, loaded, bytesPerSecond, runId, error });

const tell = async () => {
  timer = 0;
  const ids = [...changed].slice(0, ROWS_PER_REPORT);
  const removed = [...gone];
  ids.forEach((id) => changed.delete(id));
  gone.clear();
  try {
    await target?.invokeMethodAsync("OnUploads", ids.filter((id) => uploads.has(id)).map((id) => row(uploads.get(id))), removed);
  } catch {
    // The circuit is away; whoever attaches next hears it all.
  }
  if (changed.size > 0 || gone.size > 0) {
    schedule();
  }
};

const schedule = () => {
  timer ||= setTimeout(tell, 200);
};

const report = (upload) => {
  changed.add(upload.id);
  schedule();
};

const ending = (name) => {
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot).toLowerCase();
};

const refusal = (file) => {
  if (!options.extensions.includes(ending(file.name))) {
    return `${file.name}: files of this type are not accepted.`;
  }
  if (file.size > options.maxBytes) {
    return `${file.name}: larger than the limit.`;
  }
  if (file.size === 0) {
    return `${file.name}: the file is empty.`;
  }
  return null;
};

const begin = (upload) => {
  upload.state = "sending";
  upload.error = null;
  report(upload);
  send(upload, options.address, report, (state, { runId = null, error = null }) => {
    // Somebody may have paused or cancelled it meanwhile.
    if (upload.state !== "sending") {
      return;
    }
    Object.assign(upload, { state, runId, error, work: null, bytesPerSecond: null });
    if (state === "done") {
      upload.loaded = upload.size;
      upload.file = null;
    }
    report(upload);
    pump();
  });
};

const pump = () => {
  const all = [...uploads.values()];
  let free = AT_ONCE - all.filter((u) => u.state === "sending").length;
  for (const upload of all) {
    if (free > 0 && upload.state === "waiting") {
      begin(upload);
      free--;
    }
  }
};

const put = (upload) => {
  const full = {
    id: next++, file: null, loaded: 0, bytesPerSecond: null, runId: null, error: null, url: null, modified: null, sha256: null, work: null,
    recipe: recipe.name, recipeJson: recipe.json, ...upload,
  };
  uploads.set(full.id, full);
  report(full);
  return full;
};

// A choice goes to the server and back before it counts here. Who chooses and drops a file at once must not get the recipe of before.
const settled = async () => {
  const chosen = () => document.querySelector('input[name="recipe"]:checked')?.value ?? recipe.name;
  for (let tries = 0; tries < 100 && chosen() !== recipe.name; tries++) {
    await new Promise((go) => setTimeout(go, 50));
  }
};

const add = async (files, isFolder) => {
  // A folder holds other things, too: those are left out in silence, a file that was chosen by hand is not.
  const wanted = isFolder ? files.filter((f) => options.extensions.includes(ending(f.name))) : files;
  await settled();
  wanted.forEach((file, index) => {
    const half = [...uploads.values()].find((u) => u.state === "interrupted" && u.name === file.name && u.size === file.size && u.modified === String(file.lastModified));
    if (half) {
      Object.assign(half, { file, state: "waiting" });
      report(half);
      return;
    }
    const error = index >= options.maxFiles ? `Only ${options.maxFiles} files at once.` : refusal(file);
    put({ file, name: file.name, size: file.size, state: error ? "failed" : "waiting", error });
  });
  pump();
};

// What an earlier visit left half done: it goes on when the same file is chosen again, a page cannot open it by itself.
const recall = async () => {
  const here = new Set([...uploads.values()].map((u) => u.work?.url ?? u.url).filter(Boolean).map((url) => new URL(url, document.baseURI).pathname));
  for (const { id, name, bytes, offset, modified } of await unfinished(options.address)) {
    const url = `${options.address}/${id}`;
    const isBusy = [...uploads.values()].some((u) => u.file && u.name === name && u.size === bytes);
    if (!here.has(url) && !isBusy) {
      put({ name, size: bytes ?? 0, loaded: offset, state: "interrupted", url, modified });
    }
  }
};

const entryFiles = async (entry) => {
  if (entry.isFile) {
    return [await new Promise((done, fail) => entry.file(done, fail))];
  }
  const reader = entry.createReader();
  const files = [];
  for (;;) {
    const part = await new Promise((done, fail) => reader.readEntries(done, fail));
    if (part.length === 0) {
      return files;
    }
    for (const child of part) {
      files.push(...(await entryFiles(child)));
    }
  }
};

const on = (element, name, handler) => {
  element.addEventListener(name, handler);
  cleanUp.push(() => element.removeEventListener(name, handler));
};

const listenToDrops = (zone) => {
  const over = (event) => {
    event.preventDefault();
    zone.classList.add("over");
  };
  on(zone, "dragenter", over);
  on(zone, "dragover", over);
  on(zone, "dragleave", (event) => !zone.contains(event.relatedTarget) && zone.classList.remove("over"));
  // A file dropped beside the zone must not replace the page.
  on(document, "dragover", (event) => event.preventDefault());
  on(document, "drop", (event) => event.preventDefault());
  on(zone, "drop", async (event) => {
    event.preventDefault();
    zone.classList.remove("over");
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const loose = [...event.dataTransfer.files];
    if (entries.some((e) => e.isDirectory)) {
      const found = [];
      for (const entry of entries) {
        found.push(...(await entryFiles(entry)));
      }
      add(found, true);
    } else {
      add(loose, false);
    }
  });
};

export function attach(zone, input, folder, settings, callback) {
  options = settings;
  target = callback;
  listenToDrops(zone);
  on(input, "change", () => {
    add([...input.files], false);
    input.value = "";
  });
  on(folder, "change", () => {
    add([...folder.files], true);
    folder.value = "";
  });
  on(document, "paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length > 0) {
      event.preventDefault();
      add(files, false);
    }
  });
  // The page is new to all of it.
  uploads.forEach(report);
  // Somebody may have chosen before this script was there.
  if (input.files.length > 0) {
    add([...input.files], false);
    input.value = "";
  }
  if (folder.files.length > 0) {
    add([...folder.files], true);
    folder.value = "";
  }
  recall();
}

export function detach() {
  target = null;
  cleanUp.forEach((undo) => undo());
  cleanUp = [];
}

export function setRecipe(name, json) {
  recipe.name = name;
  recipe.json = json;
}

export async function pause(id) {
  const upload = uploads.get(id);
  if (upload?.state === "sending" || upload?.state === "waiting") {
    upload.state = "paused";
    upload.bytesPerSecond = null;
    report(upload);
    await stop(upload);
    pump();
  }
}

export async function pauseAll() {
  await Promise.all([...uploads.keys()].map(pause));
}

export function resume(id) {
  const upload = uploads.get(id);
  if (upload?.state === "paused") {
    upload.state = "waiting";
    report(upload);
    pump();
  }
}

export function resumeAll() {
  [...uploads.keys()].forEach(resume);
}

export async function cancel(id) {
  const upload = uploads.get(id);
  if (!upload) {
    return;
  }
  const wasLeft = upload.state === "interrupted";
  upload.state = "cancelled";
  upload.bytesPerSecond = null;
  if (wasLeft) {
    uploads.delete(id);
    gone.add(id);
  }
  report(upload);
  await discard(upload, options.address);
  Object.assign(upload, { work: null, url: null, loaded: 0 });
  pump();
}

export function retry(id) {
  const upload = uploads.get(id);
  const error = upload?.file ? refusal(upload.file) : null;
  if (upload?.file && !error) {
    upload.state = "waiting";
    upload.error = null;
    report(upload);
    pump();
  } else if (upload) {
    upload.error = error;
    report(upload);
  }
}

export function clearFinished() {
  for (const [id, upload] of uploads) {
    if (["done", "failed", "cancelled"].includes(upload.state)) {
      uploads.delete(id);
      gone.add(id);
    }
  }
  schedule();
}

addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].some((u) => u.state === "sending" || u.state === "waiting")) {
    event.preventDefault();
  }
});
