// The client's half of the grid of frames: which rows are near the window, where the focus is, and marks by key. Moving and marking need no circuit: they go on while the
// connection is away, within the stretch of the order that the server has told.
import { flush, push } from "./outbox.js";
import { announce, paint, setOf, switchAdvance } from "./culling.js";
import { pictures } from "./pictures.js";

const GAP = 12;
const INFO = 28;
const MORE = 2; // rows kept above and below the window at least
const STEP = 3; // rows that come and go together: a call for each row would cost more than the rows
const HEAD = 130;
const FOOT = 96;
const grids = new Map();

// A reel is one line that runs to the side in a box that scrolls: a "row" is a frame there, and its height is a width.
const layout = (entry) => {
  if (entry.options.reel) {
    return { columns: 1, rowHeight: Math.min(180, entry.size) + GAP };
  }
  const width = entry.element.clientWidth;
  // A phone shows two pictures side by side unless somebody asked for big ones.
  const least = width < 600 && entry.size <= 200 ? 2 : 1;
  const columns = Math.max(least, Math.floor((width + GAP) / (entry.size + GAP)));
  const cell = (width - GAP * (columns - 1)) / columns;
  return { columns, rowHeight: Math.round((cell * 9) / 16) + INFO + GAP };
};

const ptsAt = (entry, index) => entry.order.list[index - entry.order.from] ?? null;

// The address remembers the frame at the top (of a reel: the one that is shown large), so that the page comes back to it.
const remember = (entry, index) => {
  clearTimeout(entry.remembering);
  entry.remembering = setTimeout(() => {
    const pts = ptsAt(entry, index);
    const address = new URL(location.href);
    if (pts === null || index === 0) {
      address.searchParams.delete("at");
    } else {
      address.searchParams.set("at", pts);
    }
    if (address.href !== location.href && grids.has(entry.element)) {
      history.replaceState(history.state, "", address.href.replaceAll("%3A", ":").replaceAll("%2C", ","));
    }
  }, 250);
};

const tell = (entry) => {
  const { columns, rowHeight } = layout(entry);
  const box = entry.element.parentElement;
  const top = entry.options.reel ? box.scrollLeft : -entry.element.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor((Math.floor(top / rowHeight) - MORE) / STEP) * STEP);
  const extent = entry.options.reel ? box.clientWidth : innerHeight;
  const count = Math.ceil(extent / rowHeight) + 2 * MORE + STEP;
  const state = `${columns} ${rowHeight} ${first} ${count}`;
  entry.columns = columns;
  entry.sight = { from: Math.floor(top / rowHeight) * columns, to: Math.ceil((top + extent) / rowHeight) * columns };
  if (entry.isPlaced) {
    remember(entry, entry.options.reel ? entry.active : Math.max(0, Math.ceil((top + HEAD - rowHeight / 2) / rowHeight)) * columns);
  }
  if (state !== entry.state) {
    entry.state = state;
    entry.target.invokeMethodAsync("OnViewportAsync", columns, rowHeight, first, count).catch(() => {
      entry.state = ""; // told again after the circuit is back
    });
  }
};

// One cell can be reached with Tab: the active one. Rows come and go, so this is set again whenever they do; cells come from the server out of the order of Tab.
const rove = (entry) => {
  const cell = entry.element.querySelector(`[data-index="${entry.active}"]`);
  for (const old of entry.element.querySelectorAll("[data-active]")) {
    if (old !== cell) {
      old.tabIndex = -1;
      old.removeAttribute("data-active");
    }
  }
  if (cell && !cell.hasAttribute("data-active")) {
    cell.tabIndex = 0;
    cell.toggleAttribute("data-active", true);
  }
  if (cell && entry.wantsFocus) {
    entry.wantsFocus = false;
    cell.focus({ preventScroll: true });
  }
};

const show = (entry, index) => {
  const { columns, rowHeight } = layout(entry);
  if (entry.options.reel) {
    const box = entry.element.parentElement;
    box.scrollTo({ left: index * rowHeight - (box.clientWidth - rowHeight) / 2 });
    return;
  }
  const top = entry.element.getBoundingClientRect().top + Math.floor(index / columns) * rowHeight;
  if (top < HEAD) {
    scrollBy({ top: top - HEAD });
  } else if (top + rowHeight > innerHeight - FOOT) {
    scrollBy({ top: top + rowHeight - innerHeight + FOOT });
  }
};

// Who shows the frame with the focus elsewhere on the page hears where it is, a little later: a held key passes many.
const follow = (entry) => {
  if (entry.follows) {
    clearTimeout(entry.following);
    entry.following = setTimeout(() => entry.target.invokeMethodAsync("OnActiveAsync", entry.active).catch(() => {}), 80);
  }
};

const activate = (entry, index, focuses) => {
  entry.active = index;
  follow(entry);
  entry.wantsFocus = focuses;
  show(entry, index);
  rove(entry);
};

const move = (entry, by) => {
  const index = Math.min(entry.total - 1, Math.max(0, entry.active + by));
  // Without the server only frames whose name is known can be marked, so the focus stays among them.
  if (index !== entry.active && ptsAt(entry, index) !== null) {
    activate(entry, index, true);
  }
};

const isAway = () => document.getElementById("components-reconnect-modal")?.classList.contains("components-reconnect-show") ?? false;

const advances = (capsLock) => capsLock || document.documentElement.dataset.advance === "on";

const mark = (entry, action, capsLock) => {
  const pts = ptsAt(entry, entry.active);
  const set = setOf(action);
  if (!set || pts === null || !entry.options.mayMark) {
    return;
  }
  push(entry.options.run, { kind: "set", steps: [{ frames: [pts], set }] });
  const cell = entry.element.querySelector(`[data-index="${entry.active}"]`);
  if (cell) {
    paint(cell, set);
  }
  announce(action);
  if (advances(capsLock)) {
    move(entry, 1);
  }
};

const page = (entry) => Math.max(1, Math.floor((entry.options.reel ? entry.element.parentElement.clientWidth : innerHeight) / layout(entry).rowHeight) - 1);

const STEPS = {
  left: () => -1,
  right: () => 1,
  up: (entry) => -entry.columns,
  down: (entry) => entry.columns,
  home: (entry) => -entry.active,
  end: (entry) => entry.total - 1 - entry.active,
  "page-up": (entry) => -entry.columns * page(entry),
  "page-down": (entry) => entry.columns * page(entry),
};

// True when it was done here; all else is the server's, which is told first where the focus is.
const act = (entry, action, capsLock) => {
  const selected = Number(entry.element.dataset.selected ?? 0);
  if (STEPS[action]) {
    const by = STEPS[action](entry);
    if ((action === "home" || action === "end" || action.startsWith("page")) && !isAway()) {
      activate(entry, Math.min(entry.total - 1, Math.max(0, entry.active + by)), true);
    } else {
      move(entry, by);
    }
    return true;
  }
  if (action === "undo" || action === "redo") {
    if (entry.options.mayMark) {
      push(entry.options.run, { kind: action });
      announce(action);
    }
    return true;
  }
  if (action === "advance") {
    switchAdvance();
    return true;
  }
  if (setOf(action) && (selected < 2 || isAway())) {
    mark(entry, action, capsLock);
    return true;
  }
  entry.target.invokeMethodAsync("OnActiveAsync", entry.active).catch(() => {});
  return false;
};

document.addEventListener("fv-key", (event) => {
  const [entry] = grids.values();
  if (entry && event.detail.phase === "down" && !document.querySelector("dialog[open]") && act(entry, event.detail.action, event.detail.capsLock)) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("[data-cull]") : null;
  const [entry] = grids.values();
  if (button && entry && !act(entry, button.dataset.cull, false)) {
    entry.target.invokeMethodAsync("OnActAsync", button.dataset.cull).catch(() => {});
  }
});

addEventListener("fv-marks", (event) => {
  const [entry] = grids.values();
  if (entry && event.detail.run === entry.options.run) {
    for (const frame of event.detail.outcomes.flatMap((o) => o.frames)) {
      const cell = entry.element.querySelector(`[data-pts="${frame.pts}"]`);
      if (cell) {
        paint(cell, frame);
      }
    }
  }
});

export function attach(element, size, start, options, target) {
  const entry = { element, size, options, target, state: "", waiting: false, active: Math.max(0, start), wantsFocus: false, order: { from: 0, list: [] }, total: 0, columns: 1, sight: { from: 0, to: 0 }, isPlaced: false, held: { pointer: false, focus: false }, isHeld: false };
  const soon = () => {
    if (!entry.waiting) {
      entry.waiting = true;
      requestAnimationFrame(() => {
        entry.waiting = false;
        tell(entry);
      });
    }
  };
  entry.soon = soon;
  entry.observer = new ResizeObserver(soon);
  entry.observer.observe(element.parentElement);
  const box = element.parentElement;
  entry.pictures = pictures(
    element,
    () => (options.reel ? box.scrollLeft : scrollY),
    () => (options.reel ? box.clientWidth : innerHeight),
    (index) => index >= entry.sight.from && index < entry.sight.to,
  );
  entry.mutations = new MutationObserver(() => {
    rove(entry);
    entry.pictures.look();
  });
  entry.mutations.observe(element, { childList: true, subtree: true });
  entry.pressed = (event) => {
    const cell = event.target instanceof Element ? event.target.closest("[data-index]") : null;
    if (cell) {
      entry.active = Number(cell.dataset.index);
      follow(entry);
      rove(entry);
    }
  };
  element.addEventListener("pointerdown", entry.pressed);

  // Links and buttons in a cell do what they say and choose nothing.
  const cellOf = (event) => (event.target instanceof Element && !event.target.closest("a, button") ? event.target.closest("[data-pts]") : null);
  element.addEventListener("click", (event) => {
    const stack = event.target instanceof Element ? event.target.closest("[data-stack]") : null;
    const cell = cellOf(event);
    if (stack) {
      target.invokeMethodAsync("OnStackAsync", stack.dataset.stack).catch(() => {});
    } else if (cell) {
      target.invokeMethodAsync("OnClickAsync", Number(cell.dataset.index), cell.dataset.pts, event.ctrlKey || event.metaKey, event.shiftKey).catch(() => {});
    }
  });
  element.addEventListener("dblclick", (event) => {
    const cell = cellOf(event);
    if (cell) {
      target.invokeMethodAsync("OnOpenAsync", cell.dataset.pts).catch(() => {});
    }
  });

  // While somebody is in the grid its order rests; the server hears of it only when that changes.
  entry.hold = (change) => {
    Object.assign(entry.held, change);
    const isHeld = entry.held.pointer || entry.held.focus;
    if (isHeld !== entry.isHeld) {
      entry.isHeld = isHeld;
      target.invokeMethodAsync("OnHoldAsync", isHeld).catch(() => {});
    }
  };
  element.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && entry.hold({ pointer: true }));
  element.addEventListener("pointerleave", () => entry.hold({ pointer: false }));
  element.addEventListener("focusin", () => entry.hold({ focus: true }));
  element.addEventListener("focusout", (event) => element.contains(event.relatedTarget) || entry.wantsFocus || entry.hold({ focus: false }));
  entry.scroller = options.reel ? element.parentElement : globalThis;
  entry.scrolled = () => {
    entry.pictures.moved();
    soon();
  };
  entry.scroller.addEventListener("scroll", entry.scrolled, { passive: true });
  addEventListener("resize", soon);
  grids.set(element, entry);
  tell(entry);
  flush();
}

// Makes room for all rows ahead of the server, which draws with sizes that it may not have heard yet: a scroll ends where the element ends.
const stretch = (entry) => {
  const { columns, rowHeight } = layout(entry);
  entry.element.style[entry.options.reel ? "width" : "height"] = `${Math.ceil(entry.total / columns) * rowHeight}px`;
};

// The stretch of the order around the window. With a place to start from the page goes there once.
export function know(element, from, list, total, start) {
  const entry = grids.get(element);
  if (!entry) {
    return;
  }
  entry.order = { from, list };
  entry.total = total;
  entry.active = Math.min(Math.max(0, total - 1), entry.active);
  if (!entry.isPlaced || start >= 0) {
    entry.isPlaced = true;
    stretch(entry);
    if (entry.options.reel) {
      show(entry, Math.max(0, start));
    } else if (start > 0) {
      const { columns, rowHeight } = layout(entry);
      scrollTo({ top: element.getBoundingClientRect().top + scrollY + Math.floor(start / columns) * rowHeight - HEAD });
    }
    entry.active = Math.max(0, start);
  }
  rove(entry);
}

export function resize(element, size) {
  const entry = grids.get(element);
  if (entry) {
    // The first row that was in sight stays there.
    const before = layout(entry);
    const top = element.getBoundingClientRect().top;
    const first = Math.max(0, Math.floor((HEAD - top) / before.rowHeight)) * before.columns;
    entry.size = size;
    const after = layout(entry);
    stretch(entry);
    if (entry.options.reel) {
      show(entry, entry.active);
    } else if (first > 0) {
      scrollTo({ top: top + scrollY + Math.floor(first / after.columns) * after.rowHeight - HEAD });
    }
    tell(entry);
  }
}

// Whether the server is told where the focus is.
export function follows(element, on) {
  const entry = grids.get(element);
  if (entry) {
    entry.follows = on;
    follow(entry);
  }
}

export function reveal(element, index) {
  const entry = grids.get(element);
  if (entry) {
    activate(entry, index, true);
  }
}

export function detach(element) {
  const entry = grids.get(element);
  if (entry) {
    clearTimeout(entry.remembering);
    entry.observer.disconnect();
    entry.mutations.disconnect();
    clearTimeout(entry.following);
    entry.pictures.stop();
    entry.scroller.removeEventListener("scroll", entry.scrolled);
    removeEventListener("resize", entry.soon);
    grids.delete(element);
  }
}
