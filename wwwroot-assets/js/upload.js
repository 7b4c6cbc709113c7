// Files go to the API by plain HTTP, two at a time. The state lives here, so uploads survive a lost circuit and a change of page.
const AT_ONCE = 2;
const uploads = new Map();
const recipe = { name: null, json: null };
let options = null;
let target = null;
let next = 1;
let timer = 0;
let cleanUp = [];

const report = () => {
  if (timer) {
    return;
  }
  timer = setTimeout(() => {
    timer = 0;
    const rows = [...uploads.values()].map(({ id, name, size, state, loaded, bytesPerSecond, runId, error }) => ({ id, name, size, state, loaded, bytesPerSecond, runId, error }));
    target?.invokeMethodAsync("OnUploads", rows).catch(() => {
      // the circuit is away; the next report tells it all again
    });
  }, 200);
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

const token = () => {
  const meta = document.querySelector("meta[name=fv-antiforgery]");
  return meta ? { name: meta.dataset.header, value: meta.content } : null;
};

const sentence = (request, name) => {
  let body = null;
  try {
    body = JSON.parse(request.responseText);
  } catch {
    // not JSON: the status alone has to do
  }
  const refused = body?.refused?.[0]?.detail;
  if (refused || body?.detail) {
    return refused ?? body.detail;
  }
  switch (request.status) {
    case 0:
      return `${name}: the connection broke. Try again.`;
    case 401:
      return "You are signed out. Sign in again, then try again.";
    case 403:
      return "Your account may not submit files.";
    case 413:
      return `${name}: larger than the server takes.`;
    case 429:
      return "Too many at once. Wait a moment and try again.";
    default:
      return `${name}: the server did not take it (${request.status}).`;
  }
};

const send = (upload) => {
  upload.state = "sending";
  upload.loaded = 0;
  upload.error = null;
  const request = new XMLHttpRequest();
  upload.request = request;
  const began = performance.now();
  request.open("POST", options.address);
  const secret = token();
  if (secret) {
    request.setRequestHeader(secret.name, secret.value);
  }
  request.upload.onprogress = (event) => {
    upload.loaded = Math.min(event.loaded, upload.size);
    upload.bytesPerSecond = (upload.loaded * 1000) / Math.max(1, performance.now() - began);
    report();
  };
  const end = (state, error) => {
    upload.state = state;
    upload.error = error;
    upload.request = null;
    report();
    pump();
  };
  request.onload = () => {
    let run = null;
    try {
      run = request.status < 300 ? JSON.parse(request.responseText).runs?.[0] : null;
    } catch {
      // told below
    }
    if (run) {
      upload.runId = run.id;
      upload.loaded = upload.size;
      upload.file = null;
      end("done", null);
    } else {
      end("failed", sentence(request, upload.name));
    }
  };
  request.onerror = () => end("failed", sentence(request, upload.name));
  request.onabort = () => end("cancelled", null);
  const form = new FormData();
  if (upload.recipeJson) {
    form.append("recipeJson", upload.recipeJson);
  } else if (upload.recipe) {
    form.append("recipe", upload.recipe);
  }
  form.append("files", upload.file, upload.file.name);
  request.send(form);
};

const pump = () => {
  const all = [...uploads.values()];
  let free = AT_ONCE - all.filter((u) => u.state === "sending").length;
  for (const upload of all) {
    if (free > 0 && upload.state === "waiting") {
      send(upload);
      free--;
    }
  }
};

const add = (files, isFolder) => {
  // A folder holds other things, too: those are left out in silence, a file that was chosen by hand is not.
  const wanted = isFolder ? files.filter((f) => options.extensions.includes(ending(f.name))) : files;
  wanted.forEach((file, index) => {
    const error = index >= options.maxFiles ? `Only ${options.maxFiles} files at once.` : refusal(file);
    const id = next++;
    uploads.set(id, {
      id, file, name: file.name, size: file.size, state: error ? "failed" : "waiting", loaded: 0,
      bytesPerSecond: null, runId: null, error, recipe: recipe.name, recipeJson: recipe.json, request: null,
    });
  });
  report();
  pump();
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

export function attach(zone, input, folder, settings, callback) {
  options = settings;
  target = callback;
  const on = (element, name, handler) => {
    element.addEventListener(name, handler);
    cleanUp.push(() => element.removeEventListener(name, handler));
  };
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
  // Somebody may have chosen before this script was there.
  if (input.files.length > 0) {
    add([...input.files], false);
    input.value = "";
  }
  report();
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

export function cancel(id) {
  const upload = uploads.get(id);
  if (upload?.request) {
    upload.request.abort();
  } else if (upload?.state === "waiting") {
    upload.state = "cancelled";
    report();
  }
}

export function retry(id) {
  const upload = uploads.get(id);
  const error = upload?.file ? refusal(upload.file) : null;
  if (upload?.file && !error) {
    upload.state = "waiting";
    upload.error = null;
    report();
    pump();
  } else if (upload) {
    upload.error = error;
    report();
  }
}

export function clearFinished() {
  for (const [id, upload] of uploads) {
    if (upload.state !== "sending" && upload.state !== "waiting") {
      uploads.delete(id);
    }
  }
  report();
}

addEventListener("beforeunload", (event) => {
  if ([...uploads.values()].some((u) => u.state === "sending" || u.state === "waiting")) {
    event.preventDefault();
  }
});
