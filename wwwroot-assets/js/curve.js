// The score curve, drawn by uPlot: a thin line through all values and dots in the colour of each frame's state.
import { load } from "./plot.js";

const charts = new WeakMap();

// Order of FrameState: lost, pending, blocked, allowed, selected.
const STATES = [
  { tone: "unknown", word: "Lost", size: 5 },
  { tone: "escalate", word: "In review", size: 7 },
  { tone: "block", word: "Blocked", size: 7 },
  { tone: "allow", word: "Allowed", size: 6 },
  { tone: "pick", word: "Picked", size: 10 },
];

const clock = (seconds) => {
  const whole = Math.floor(seconds / 60);
  const rest = (seconds - whole * 60).toFixed(2).padStart(5, "0");
  return `${whole}:${rest}`;
};

const LEAST_GAP = 3;

// Number and times of the scene that a moment lies in; nothing where there are no cuts.
const sceneAt = (entry, seconds) => {
  if (entry.scenes.length < 2) {
    return "";
  }
  let [low, high] = [0, entry.scenes.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    [low, high] = entry.scenes[middle] <= seconds ? [middle, high] : [low, middle - 1];
  }
  return ` · scene ${low + 1}, ${clock(entry.scenes[low])}–${clock(entry.scenes[low + 1] ?? entry.end)}`;
};

const edges = (u, entry) => [...entry.scenes, entry.end].map((s) => Math.min(Math.max(u.valToPos(s, "x", true), u.bbox.left), u.bbox.left + u.bbox.width));

// Every second scene lies on a faint band.
const shade = (u, entry, color) => {
  if (entry.scenes.length < 2) {
    return;
  }
  const at = edges(u, entry);
  u.ctx.save();
  u.ctx.globalAlpha = 0.09;
  u.ctx.fillStyle = color;
  for (let i = 1; i < entry.scenes.length; i += 2) {
    u.ctx.fillRect(at[i], u.bbox.top, at[i + 1] - at[i], u.bbox.height);
  }
  u.ctx.restore();
};

// A thin line at each cut, unless they would run together.
const cut = (u, entry, color) => {
  if (entry.scenes.length < 2) {
    return;
  }
  const at = edges(u, entry);
  u.ctx.save();
  u.ctx.strokeStyle = color;
  u.ctx.lineWidth = devicePixelRatio || 1;
  u.ctx.beginPath();
  for (let i = 1, last = -LEAST_GAP; i < entry.scenes.length; i++) {
    if (at[i] - last >= LEAST_GAP) {
      u.ctx.moveTo(at[i], u.bbox.top);
      u.ctx.lineTo(at[i], u.bbox.top + u.bbox.height);
      last = at[i];
    }
  }
  u.ctx.stroke();
  u.ctx.restore();
};

const build = (UPlot, element, entry) => {
  const style = getComputedStyle(document.documentElement);
  const color = (name) => style.getPropertyValue(`--fv-${name}`).trim();
  const axis = { stroke: color("text-muted"), grid: { stroke: color("border"), width: 1 }, ticks: { stroke: color("border"), width: 1 }, font: `11px ${color("font")}` };
  entry.plot?.destroy();
  element.replaceChildren();
  const tip = document.createElement("div");
  tip.className = "curve-tip";
  entry.plot = new UPlot(
    {
      width: Math.max(120, element.clientWidth),
      height: Math.max(120, element.clientHeight),
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { show: false } },
      scales: { x: { time: false }, y: { range: (u, min, max) => (min === null ? [0, 1] : max > min ? [min - (max - min) * 0.08, max + (max - min) * 0.12] : [min - 1, max + 1]) } },
      axes: [
        { ...axis, values: (u, ticks) => ticks.map((t) => clock(t).replace(/\.00$/, "")) },
        { ...axis, size: 48 },
      ],
      series: [
        {},
        { stroke: color("border-strong"), width: 1.25, points: { show: false }, spanGaps: true },
        ...STATES.map((s) => ({ stroke: color(`${s.tone}-line`), paths: () => null, points: { show: true, size: s.size, width: 0, fill: color(`${s.tone}-line`) } })),
      ],
      hooks: {
        setCursor: [
          (u) => {
            const index = u.cursor.idx;
            if (index === null || index === undefined || entry.values[index] === null) {
              tip.hidden = true;
              return;
            }
            tip.hidden = false;
            const scene = sceneAt(entry, entry.seconds[index]);
            tip.textContent = `${clock(entry.seconds[index])} · ${entry.values[index].toLocaleString(undefined, { maximumFractionDigits: 2 })} · ${STATES[entry.states[index]].word}${scene}`;
            const left = u.valToPos(entry.seconds[index], "x");
            tip.style.left = `${Math.min(Math.max(0, left - tip.offsetWidth / 2), u.over.clientWidth - tip.offsetWidth)}px`;
          },
        ],
        drawClear: [(u) => shade(u, entry, color("accent"))],
        drawAxes: [
          (u) => cut(u, entry, color("border-strong")),
          (u) => {
            if (entry.at !== null) {
              const x = u.valToPos(entry.at, "x", true);
              u.ctx.save();
              u.ctx.strokeStyle = color("accent");
              u.ctx.lineWidth = 2;
              u.ctx.beginPath();
              u.ctx.moveTo(x, u.bbox.top);
              u.ctx.lineTo(x, u.bbox.top + u.bbox.height);
              u.ctx.stroke();
              u.ctx.restore();
            }
          },
        ],
      },
    },
    columns(entry),
    element,
  );
  entry.plot.over.append(tip);
  tip.hidden = true;
  entry.plot.over.style.cursor = "pointer";
  entry.plot.over.addEventListener("click", () => {
    const index = entry.plot.cursor.idx;
    if (index !== null && index !== undefined) {
      entry.target.invokeMethodAsync("OnPickAsync", index).catch(() => {});
    }
  });
};

const columns = (entry) => [entry.seconds, entry.values, ...STATES.map((_, state) => entry.values.map((v, i) => (entry.states[i] === state ? v : null)))];

export async function create(element, target) {
  const entry = { target, seconds: [], values: [], states: [], at: null, scenes: [], end: 0, plot: null };
  charts.set(element, entry);
  const UPlot = await load();
  build(UPlot, element, entry);
  entry.resize = new ResizeObserver(() => entry.plot.setSize({ width: Math.max(120, element.clientWidth), height: Math.max(120, element.clientHeight) }));
  entry.resize.observe(element);
  entry.theme = () => build(UPlot, element, entry);
  addEventListener("fv-theme", entry.theme);
}

export function draw(element, seconds, values, states, at, scenes, end) {
  const entry = charts.get(element);
  if (entry?.plot) {
    Object.assign(entry, { seconds, values, states, at, scenes, end });
    element.dataset.scenes = scenes.length;
    entry.plot.setData(columns(entry));
  }
}

export function destroy(element) {
  const entry = charts.get(element);
  if (entry) {
    entry.resize?.disconnect();
    removeEventListener("fv-theme", entry.theme);
    entry.plot?.destroy();
    charts.delete(element);
  }
}
