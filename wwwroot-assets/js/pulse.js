// The two graphs of the start page, drawn by uPlot. Colours come from the theme and follow it.
import { load } from "./plot.js";

const charts = new Map();

const tone = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--fv-${name}`).trim();

const axis = (more) => ({ stroke: () => tone("text-muted"), grid: { stroke: () => tone("border"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif", ...more });

const whole = (u, splits) => splits.map((v) => (Number.isInteger(v) ? String(v) : ""));

const show = async (place, data, make) => {
  const uPlot = await load();
  const known = charts.get(place);
  if (known) {
    known.chart.setData(data);
    return;
  }
  if (!place.isConnected) {
    return;
  }
  const size = () => ({ width: Math.max(place.clientWidth, 100), height: Math.max(place.clientHeight, 80) });
  const chart = new uPlot({ ...size(), legend: { show: false }, cursor: { show: false }, padding: [8, 22, 0, 0], ...make(uPlot) }, data, place);
  const watch = new ResizeObserver(() => chart.setSize(size()));
  watch.observe(place);
  const repaint = () => chart.redraw(false, true);
  addEventListener("fv-theme", repaint);
  charts.set(place, { chart, watch, repaint });
};

// At least one step high, so that an idle minute is a flat line at the bottom.
const range = (u, low, high) => [0, Math.max(1, high ?? 1)];

export const minute = (place, frames) =>
  show(place, [frames.map((_, i) => i - frames.length), frames], () => ({
    scales: { x: { time: false }, y: { range } },
    axes: [axis({ values: (u, splits) => splits.map((v) => (v === 0 ? "now" : `${v} s`)), size: 28 }), axis({ size: 44, values: whole })],
    series: [{}, { stroke: () => tone("live-line"), fill: () => tone("live-bg"), width: 2, points: { show: false } }],
  }));

export const day = (place, times, done, failed) =>
  show(place, [times, done, failed], (uPlot) => ({
    scales: { x: { time: true }, y: { range } },
    axes: [axis({ size: 28, values: (u, splits) => splits.map((v) => new Date(v * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })) }), axis({ size: 44, values: whole })],
    series: [
      {},
      { stroke: () => tone("allow-line"), fill: () => tone("allow-bg"), width: 2, points: { show: false }, paths: uPlot.paths.stepped({ align: -1 }) },
      { stroke: () => tone("block-line"), width: 2, points: { show: false }, paths: uPlot.paths.stepped({ align: -1 }) },
    ],
  }));

export const destroy = (place) => {
  const known = charts.get(place);
  if (known) {
    charts.delete(place);
    removeEventListener("fv-theme", known.repaint);
    known.watch.disconnect();
    known.chart.destroy();
  }
};
