// A run over time: curves by uPlot, and strips in which each column is a frame (or the first of those that share it). Drag = that stretch, hover = the frame, click = open it.
import { load } from "./plot.js";

const lines = new Map();

// Order of FrameState: lost, pending, blocked, allowed, selected.
const TONES = ["unknown", "escalate", "block", "allow", "pick"];
const CURVES = ["accent", "live-line", "escalate-line", "block-line"];
const MARKS = { p: "allow-line", x: "block-line", s: "escalate-line" };

const clock = (seconds) => `${Math.floor(seconds / 60)}:${(seconds % 60).toFixed(2).padStart(5, "0")}`;

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--fv-${name}`).trim();

const strip = (canvas, width, paint) => {
  canvas.width = Math.max(1, width);
  canvas.height = 1;
  const context = canvas.getContext("2d");
  context.clearRect(0, 0, canvas.width, 1);
  for (let i = 0; i < width; i++) {
    const [fill, alpha] = paint(i);
    if (fill) {
      context.globalAlpha = alpha;
      context.fillStyle = fill;
      context.fillRect(i, 0, 1, 1);
    }
  }
};

const drawStrips = (entry) => {
  const { data, strips } = entry;
  const width = data.pts.length;
  const tones = TONES.map((t) => color(`${t}-line`));
  const accent = color("accent");
  const marks = Object.fromEntries(Object.entries(MARKS).map(([letter, name]) => [letter, color(name)]));
  strip(strips.querySelector("[data-strip=score]"), width, (i) => (data.heat[i] === "-" ? [null, 0] : [accent, 0.08 + (0.92 * Number(data.heat[i])) / 9]));
  strip(strips.querySelector("[data-strip=state]"), width, (i) => [tones[Number(data.states[i])], 1]);
  strip(strips.querySelector("[data-strip=mark]"), width, (i) => [marks[data.marks[i]] ?? null, 1]);
  strips.dataset.columns = width;
};

const scenes = (u, entry) => {
  const { data } = entry;
  if (data.scenes.length < 2) {
    return;
  }
  const at = [...data.scenes, data.end].map((s) => Math.min(Math.max(u.valToPos(s, "x", true), u.bbox.left), u.bbox.left + u.bbox.width));
  u.ctx.save();
  u.ctx.globalAlpha = 0.09;
  u.ctx.fillStyle = color("accent");
  for (let i = 1; i < data.scenes.length; i += 2) {
    u.ctx.fillRect(at[i], u.bbox.top, at[i + 1] - at[i], u.bbox.height);
  }
  u.ctx.restore();
};

// Each curve runs from 0 to 1 of its own range, so that several fit one picture.
const scaled = (values) => {
  const known = values.filter((v) => v !== null);
  const [min, max] = [Math.min(...known), Math.max(...known)];
  return values.map((v) => (v === null ? null : max > min ? (v - min) / (max - min) : 0.5));
};

const columnAt = (entry, clientX) => {
  const box = entry.strips.querySelector("canvas").getBoundingClientRect();
  const width = entry.data.pts.length;
  return Math.min(width - 1, Math.max(0, Math.floor(((clientX - box.left) / box.width) * width)));
};

const hint = (entry, column, clientX) => {
  const { tip, data } = entry;
  if (column === null || !data.pts.length) {
    tip.hidden = true;
    return;
  }
  const state = Number(data.states[column]);
  const isAllowed = state > 2 ? 1 : 0;
  // The server decides what is blurred; v only keeps apart what the browser has cached.
  const source = `/media/thumbs/${entry.run}/${data.pts[column]}.jpg?v=${isAllowed}`;
  if (entry.shown !== source) {
    entry.shown = source;
    tip.firstChild.src = source;
  }
  tip.lastChild.textContent = `${clock(data.times[column])} · PTS ${data.pts[column]}`;
  tip.hidden = false;
  const host = entry.strips.getBoundingClientRect();
  tip.style.left = `${Math.min(Math.max(0, clientX - host.left - 96), Math.max(0, host.width - 192))}px`;
  tip.style.top = "-9.5rem";
};

const follow = (entry) => {
  let start = null;
  const { strips } = entry;
  strips.addEventListener("pointermove", (event) => {
    const column = columnAt(entry, event.clientX);
    hint(entry, column, event.clientX);
    if (start !== null) {
      const width = entry.data.pts.length;
      const box = strips.querySelector("canvas").getBoundingClientRect();
      const host = strips.getBoundingClientRect();
      const [a, b] = [Math.min(start, column), Math.max(start, column) + 1];
      Object.assign(entry.mark.style, { left: `${box.left - host.left + (a / width) * box.width}px`, width: `${((b - a) / width) * box.width}px` });
      entry.mark.hidden = false;
    }
  });
  strips.addEventListener("pointerleave", () => start === null && hint(entry, null));
  strips.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && entry.data.pts.length) {
      start = columnAt(entry, event.clientX);
      strips.setPointerCapture(event.pointerId);
    }
  });
  strips.addEventListener("pointerup", (event) => {
    if (start === null) {
      return;
    }
    const end = columnAt(entry, event.clientX);
    const [a, b] = [Math.min(start, end), Math.max(start, end)];
    start = null;
    entry.mark.hidden = true;
    entry.target.invokeMethodAsync(...(a === b ? ["OnColumnAsync", a] : ["OnColumnsAsync", a, b])).catch(() => {});
  });
};

const build = (entry) => {
  const { chart, data } = entry;
  const axis = { stroke: color("text-muted"), grid: { stroke: color("border"), width: 1 }, ticks: { stroke: color("border"), width: 1 }, font: `11px ${color("font")}` };
  entry.plot?.destroy();
  chart.replaceChildren();
  entry.plot = new entry.UPlot(
    {
      width: Math.max(120, chart.clientWidth),
      height: Math.max(120, chart.clientHeight),
      legend: { show: false },
      cursor: { drag: { x: true, y: false, setScale: false }, points: { show: false } },
      scales: { x: { time: false }, y: { range: [-0.04, 1.08] } },
      axes: [
        { ...axis, values: (u, ticks) => ticks.map((t) => clock(t).replace(/\.00$/, "")) },
        { ...axis, size: 48, values: (u, ticks) => ticks.map((t) => `${Math.round(t * 100)} %`) },
      ],
      series: [{}, ...data.curves.map((c, i) => ({ label: c.title, stroke: color(CURVES[i]), width: 1.25, points: { show: false } }))],
      hooks: {
        drawClear: [(u) => scenes(u, entry)],
        setSelect: [
          (u) => {
            if (u.select.width > 3) {
              const [from, to] = [u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x")];
              u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
              entry.target.invokeMethodAsync("OnSecondsAsync", from, to).catch(() => {});
            }
          },
        ],
      },
    },
    [data.seconds, ...data.curves.map((c) => scaled(c.values))],
    chart,
  );
  chart.dataset.curves = data.curves.length;
};

export async function create(chart, strips, run, target) {
  const tip = document.createElement("div");
  tip.className = "timeline-tip";
  tip.hidden = true;
  const picture = document.createElement("img");
  picture.alt = "";
  tip.append(picture, document.createElement("p"));
  const mark = document.createElement("div");
  mark.className = "timeline-mark";
  mark.hidden = true;
  strips.append(tip, mark);
  const entry = { chart, strips, run, target, tip, mark, data: null, plot: null, UPlot: null, shown: "" };
  lines.set(chart, entry);
  entry.UPlot = await load();
  follow(entry);
  entry.resize = new ResizeObserver(() => entry.plot?.setSize({ width: Math.max(120, chart.clientWidth), height: Math.max(120, chart.clientHeight) }));
  entry.resize.observe(chart);
  entry.theme = () => {
    if (entry.data) {
      build(entry);
      drawStrips(entry);
    }
  };
  addEventListener("fv-theme", entry.theme);
  entry.theme();
}

export function draw(chart, data) {
  const entry = lines.get(chart);
  if (entry) {
    entry.data = data;
    if (entry.UPlot) {
      build(entry);
      drawStrips(entry);
    }
  }
}

export function destroy(chart) {
  const entry = lines.get(chart);
  if (entry) {
    entry.resize?.disconnect();
    removeEventListener("fv-theme", entry.theme);
    entry.plot?.destroy();
    lines.delete(chart);
  }
}
