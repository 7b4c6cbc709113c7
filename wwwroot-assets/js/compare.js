// Two to four frames: what is done to the view of one is done to all, and marks go to the pane that has the focus.
import { flush, push } from "./outbox.js";
import { announce, paint, setOf } from "./culling.js";
import { Zoom } from "./zoom.js";

let page = null;

const active = () => page.panes.querySelector("[data-pane]:focus-within, [data-pane]:focus") ?? page.panes.querySelector("[data-pane]");

const mark = (pane, action) => {
  const set = setOf(action);
  if (page.options.mayMark && set) {
    push(page.options.run, { kind: "set", steps: [{ frames: [Number(pane.dataset.pane)], set }] });
    paint(pane, set);
    announce(action);
  }
};

const act = (action, pane) => {
  if (setOf(action)) {
    mark(pane, action);
    return true;
  }
  if (action === "zoom") {
    (page.zooms.find((z) => z.stage === pane.querySelector("[data-stage]")) ?? page.zooms[0]).toggle();
    return true;
  }
  if (action === "undo" || action === "redo") {
    push(page.options.run, { kind: action });
    announce(action);
    return true;
  }
  return false;
};

document.addEventListener("fv-key", (event) => {
  if (page && event.detail.phase === "down" && act(event.detail.action, active())) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-compare]") : null;
  if (button && page) {
    act(button.dataset.compare, button.closest("[data-pane]") ?? active());
  }
});

addEventListener("fv-marks", (event) => {
  if (page && event.detail.run === page.options.run) {
    for (const frame of event.detail.outcomes.flatMap((o) => o.frames)) {
      const pane = page.panes.querySelector(`[data-pane="${frame.pts}"]`);
      if (pane) {
        paint(pane, frame);
      }
    }
  }
});

export function show(panes, options) {
  const stages = [...panes.querySelectorAll("[data-stage]")];
  if (page?.panes === panes && page.zooms.length === stages.length && page.zooms.every((z, i) => z.stage === stages[i])) {
    page.options = options;
    return;
  }
  page?.zooms.forEach((z) => z.end());
  page = { panes, options, zooms: [] };
  page.zooms = stages.map((stage) => new Zoom(stage, (view) => page.zooms.forEach((z) => z.stage !== stage && z.set(view, true))));
  flush();
}

export function leave() {
  page?.zooms.forEach((z) => z.end());
  page = null;
}
