// One frame under the loupe: zoom, histogram, what is in focus, and marks by key or button.
import { flush, push } from "./outbox.js";
import { announce, paint, setOf, switchAdvance } from "./culling.js";
import { Zoom } from "./zoom.js";

const ANALYSED = 1024; // px of the longer side that histogram and focus look at
const SHARP = 26; // least Laplacian of luma, in steps of 255, that counts as in focus
const SWIPE = 60; // px: least way of a finger
let page = null;

const pixels = (image) => {
  const scale = Math.min(1, ANALYSED / Math.max(image.naturalWidth, image.naturalHeight));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.naturalWidth * scale));
  canvas.height = Math.max(1, Math.round(image.naturalHeight * scale));
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
};

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--fv-${name}`).trim();

const drawHistogram = (canvas, { data }) => {
  const bins = [0, 1, 2, 3].map(() => new Uint32Array(256));
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
    bins[0][r]++;
    bins[1][g]++;
    bins[2][b]++;
    bins[3][Math.round(0.2126 * r + 0.7152 * g + 0.0722 * b)]++;
  }
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, canvas.height);
  // The ends may be far higher than all else; they must not flatten it.
  const top = Math.max(1, ...bins.map((channel) => Math.max(...channel.subarray(2, 254))));
  ["block-line", "allow-line", "live-line", "on-stage"].forEach((name, channel) => {
    context.globalAlpha = channel === 3 ? 0.9 : 0.55;
    context.strokeStyle = color(name);
    context.beginPath();
    bins[channel].forEach((count, i) => context.lineTo(i + 0.5, canvas.height - Math.min(1, count / top) * (canvas.height - 4)));
    context.stroke();
  });
};

const drawPeaks = (canvas, picture) => {
  const { data, width, height } = picture;
  const luma = new Float32Array(width * height);
  for (let i = 0; i < luma.length; i++) {
    luma[i] = 0.2126 * data[4 * i] + 0.7152 * data[4 * i + 1] + 0.0722 * data[4 * i + 2];
  }
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const shown = context.createImageData(width, height);
  let found = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const i = y * width + x;
      if (Math.abs(4 * luma[i] - luma[i - 1] - luma[i + 1] - luma[i - width] - luma[i + width]) > SHARP) {
        shown.data.set([255, 60, 40, 255], 4 * i);
        found++;
      }
    }
  }
  context.putImageData(shown, 0, 0);
  return found / (width * height);
};

const analyse = () => {
  const image = page?.stage.querySelector("[data-full]");
  if (!image?.complete || !image.naturalWidth) {
    return;
  }
  const peaks = page.stage.querySelector("[data-peaks]");
  if (page.histogram || page.peaking) {
    const picture = pixels(image);
    if (page.histogram) {
      drawHistogram(page.stage.querySelector("canvas[data-histogram]"), picture);
    }
    if (page.peaking) {
      page.stage.dataset.inFocus = drawPeaks(peaks, picture).toFixed(4);
    }
  }
  if (!page.peaking) {
    peaks.getContext("2d").clearRect(0, 0, peaks.width, peaks.height);
  }
  page.stage.dataset.histogram = page.histogram ? "on" : "off";
  for (const name of ["histogram", "peaking"]) {
    document.querySelector(`[data-loupe=${name}]`)?.setAttribute("aria-pressed", page[name]);
  }
};

const mark = (action, capsLock) => {
  const set = setOf(action);
  if (!page.options.mayMark || !set) {
    return;
  }
  push(page.options.run, { kind: "set", steps: [{ frames: [page.options.pts], set }] });
  const panel = document.querySelector("[data-frame-marks]");
  if (panel) {
    paint(panel, set);
  }
  announce(action);
  if (capsLock || document.documentElement.dataset.advance === "on") {
    page.target.invokeMethodAsync("OnAdvance").catch(() => {});
  }
};

const act = (action, capsLock) => {
  if (setOf(action)) {
    mark(action, capsLock);
    return true;
  }
  switch (action) {
    case "undo":
    case "redo":
      if (page.options.mayMark) {
        push(page.options.run, { kind: action });
        announce(action);
      }
      return true;
    case "advance":
      switchAdvance();
      return true;
    case "zoom":
      page.zoom.toggle();
      return true;
    case "peaking":
    case "histogram":
      page[action] = !page[action];
      analyse();
      return true;
    default:
      return false;
  }
};

// A finger across the picture: while marks move on by themselves, right picks and left rejects; otherwise it turns to the frame before or after. Before the page is alive it is kept in mind.
let start = null;
let early = null;

const swiped = (across) => {
  if (!page) {
    early = { across, address: location.href };
  } else if (document.documentElement.dataset.advance === "on" && page.options.mayMark) {
    mark(across > 0 ? "pick" : "reject", false);
  } else {
    page.target.invokeMethodAsync("OnTurn", across > 0 ? -1 : 1).catch(() => {});
  }
};

document.addEventListener("pointerdown", (event) => {
  const isAlone = event.pointerType === "touch" && event.isPrimary && (page?.zoom.view.scale ?? 1) <= 1.001;
  start = isAlone && event.target instanceof Element && event.target.closest("[data-turns]") && !event.target.closest("button, a") ? { x: event.clientX, y: event.clientY } : null;
});
document.addEventListener("pointercancel", () => (start = null));
document.addEventListener("pointerup", (event) => {
  const [across, down] = start ? [event.clientX - start.x, event.clientY - start.y] : [0, 0];
  start = null;
  if (Math.abs(across) >= SWIPE && Math.abs(across) >= 2 * Math.abs(down)) {
    swiped(across);
  }
});

document.addEventListener("fv-key", (event) => {
  if (page && event.detail.phase === "down" && act(event.detail.action, event.detail.capsLock)) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-loupe], [data-frame-marks] [data-cull]") : null;
  if (button && page) {
    act(button.dataset.loupe ?? button.dataset.cull, false);
  }
});

addEventListener("fv-marks", (event) => {
  const panel = document.querySelector("[data-frame-marks]");
  if (page && panel && event.detail.run === page.options.run) {
    event.detail.outcomes.flatMap((o) => o.frames).filter((f) => f.pts === page.options.pts).forEach((f) => paint(panel, f));
  }
});

export function show(stage, options, target) {
  if (page?.stage !== stage) {
    page?.zoom.end();
    page = { stage, options, target, histogram: page?.histogram ?? false, peaking: page?.peaking ?? false, zoom: new Zoom(stage) };
    // A load event does not bubble, but it can be caught on its way down.
    stage.addEventListener("load", () => analyse(), true);
    flush();
  }
  Object.assign(page, { options, target });
  page.zoom.set(page.zoom.view, true);
  analyse();
  const before = early;
  early = null;
  if (before?.address === location.href) {
    swiped(before.across);
  }
}

export function leave() {
  page?.zoom.end();
  page = null;
}
