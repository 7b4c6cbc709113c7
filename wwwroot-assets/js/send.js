// The way of one file to the server: known bytes become a run at once, everything else goes in pieces by the tus protocol and goes on after any break.
const KNOWN_LIMIT = 64 * 1024 * 1024;
const PIECE = 32 * 1024 * 1024;
const RETRY = [0, 1000, 3000, 5000, 10000, 20000, 30000];
let library = null;

const tus = () => {
  library ??= new Promise((done, fail) => {
    if (globalThis.tus) {
      done(globalThis.tus);
      return;
    }
    const script = document.createElement("script");
    script.src = "lib/tus/tus.min.js";
    script.onload = () => done(globalThis.tus);
    script.onerror = () => {
      library = null;
      fail(new Error("The upload script could not be loaded."));
    };
    document.head.append(script);
  });
  return library;
};

// The token is read for every request: after signing in again the page has another one.
const headers = () => {
  const meta = document.querySelector("meta[name=fv-antiforgery]");
  return meta ? { [meta.dataset.header]: meta.content } : {};
};

const sentence = (status, text, name) => {
  try {
    const body = JSON.parse(text);
    if (body?.detail) {
      return body.detail;
    }
  } catch {
    // not JSON: the status alone has to do
  }
  switch (status) {
    case 0:
      return `${name}: the connection broke. Go on when it is back.`;
    case 401:
      return "You are signed out. Sign in again, then go on.";
    case 403:
      return "Your account may not submit files.";
    case 413:
      return `${name}: larger than the server takes.`;
    case 429:
      return "Too many at once. Wait a moment, then go on.";
    default:
      return `${name}: the server did not take it (${status}).`;
  }
};

// Hex, or null where it would cost too much or the page has no right to the browser's cryptography.
const hash = async (file) => {
  if (file.size > KNOWN_LIMIT || !globalThis.crypto?.subtle) {
    return null;
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Asks whether the bytes are here already; the new run's id, or null.
const known = async (upload, address, sha256) => {
  const answer = await fetch(`${address}/known`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers() },
    body: JSON.stringify({ sha256, name: upload.name, recipe: upload.recipeJson ? null : upload.recipe, recipeJson: upload.recipeJson }),
  });
  if (answer.status === 201) {
    return (await answer.json()).id;
  }
  if (answer.ok) {
    return null;
  }
  throw Object.assign(new Error(), { status: answer.status, text: await answer.text() });
};

const metadata = (upload, sha256) => {
  const pairs = { filename: upload.name, modified: String(upload.file.lastModified) };
  if (upload.recipeJson) {
    pairs.recipeJson = upload.recipeJson;
  } else if (upload.recipe) {
    pairs.recipe = upload.recipe;
  }
  if (sha256) {
    pairs.sha256 = sha256;
  }
  return pairs;
};

const make = (library, upload, address, sha256, report, end) => {
  let began = performance.now();
  let from = null;
  let run = null;
  return new library.Upload(upload.file, {
    endpoint: address,
    uploadUrl: upload.url,
    chunkSize: PIECE,
    retryDelays: RETRY,
    removeFingerprintOnSuccess: true,
    metadata: metadata(upload, sha256),
    onBeforeRequest: (request) => Object.entries(headers()).forEach(([name, value]) => request.setHeader(name, value)),
    onAfterResponse: (_, response) => {
      run = response.getHeader("Upload-Run") ?? run;
    },
    onProgress: (sent) => {
      if (from === null || sent < from) {
        from = sent;
        began = performance.now();
      }
      upload.loaded = sent;
      upload.bytesPerSecond = sent > from ? ((sent - from) * 1000) / Math.max(1, performance.now() - began) : null;
      report(upload);
    },
    onSuccess: () => (run ? end("done", { runId: run }) : end("failed", { error: `${upload.name}: the server has it, but made no run of it.` })),
    onError: (error) => {
      const response = error.originalResponse;
      end("failed", { error: sentence(response?.getStatus() ?? 0, response?.getBody() ?? "", upload.name) });
    },
  });
};

// Sends a file. `report(upload)` after each bit of progress, `end(state, { runId, error })` once.
export async function send(upload, address, report, end) {
  try {
    upload.sha256 ??= await hash(upload.file);
    if (upload.state !== "sending") {
      return;
    }
    if (upload.sha256 && !upload.url) {
      const run = await known(upload, address, upload.sha256);
      if (run) {
        end("done", { runId: run });
        return;
      }
    }
    const work = make(await tus(), upload, address, upload.sha256, report, end);
    if (!upload.url) {
      const [before] = await work.findPreviousUploads();
      if (before) {
        work.resumeFromPreviousUpload(before);
      }
    }
    if (upload.state === "sending") {
      upload.work = work;
      work.start();
    }
  } catch (trouble) {
    end("failed", { error: trouble.status ? sentence(trouble.status, trouble.text, upload.name) : sentence(0, "", upload.name) });
  }
}

// Stops sending; what is at the server stays there.
export async function pause(upload) {
  await upload.work?.abort();
}

// Stops sending and throws away what is at the server.
export async function discard(upload, address) {
  try {
    if (upload.work) {
      await upload.work.abort(true);
    } else if (upload.url) {
      await fetch(upload.url, { method: "DELETE", headers: { "Tus-Resumable": "1.0.0", ...headers() } });
    }
  } catch {
    // it expires by itself
  }
}

// What the server still waits for.
export async function unfinished(address) {
  try {
    const answer = await fetch(address);
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}
