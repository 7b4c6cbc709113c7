// Says which rows of a long grid are near the window. The grid itself has its full height, so the page's own scroll bar is true.
const GAP = 12;
const INFO = 28;
const MORE = 2; // rows kept above and below the window
const grids = new WeakMap();

const layout = (entry) => {
  const width = entry.element.clientWidth;
  // A phone shows two pictures side by side unless somebody asked for big ones.
  const least = width < 600 && entry.size <= 200 ? 2 : 1;
  const columns = Math.max(least, Math.floor((width + GAP) / (entry.size + GAP)));
  const cell = (width - GAP * (columns - 1)) / columns;
  return { columns, rowHeight: Math.round((cell * 9) / 16) + INFO + GAP };
};

const tell = (entry) => {
  const { columns, rowHeight } = layout(entry);
  const top = -entry.element.getBoundingClientRect().top;
  const first = Math.max(0, Math.floor(top / rowHeight) - MORE);
  const count = Math.ceil(innerHeight / rowHeight) + 2 * MORE + 1;
  const state = `${columns} ${rowHeight} ${first} ${count}`;
  if (state !== entry.state) {
    entry.state = state;
    entry.target.invokeMethodAsync("OnViewportAsync", columns, rowHeight, first, count).catch(() => {
      entry.state = ""; // told again after the circuit is back
    });
  }
};

export function attach(element, size, target) {
  const entry = { element, size, target, state: "", waiting: false };
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
  addEventListener("scroll", soon, { passive: true });
  addEventListener("resize", soon);
  grids.set(element, entry);
  tell(entry);
}

export function resize(element, size) {
  const entry = grids.get(element);
  if (entry) {
    entry.size = size;
    tell(entry);
  }
}

export function reveal(element, index) {
  const entry = grids.get(element);
  if (!entry) {
    return;
  }
  const { columns, rowHeight } = layout(entry);
  const top = element.getBoundingClientRect().top + Math.floor(index / columns) * rowHeight;
  const head = 76;
  const foot = 96;
  if (top < head) {
    scrollBy({ top: top - head });
  } else if (top + rowHeight > innerHeight - foot) {
    scrollBy({ top: top + rowHeight - innerHeight + foot });
  }
  // The row may still be on its way from the server.
  let tries = 20;
  const focus = () => {
    const cell = element.querySelector(`[data-index="${index}"]`);
    if (cell) {
      cell.focus({ preventScroll: true });
    } else if (tries-- > 0) {
      setTimeout(focus, 50);
    }
  };
  focus();
}

export function detach(element) {
  const entry = grids.get(element);
  if (entry) {
    entry.observer.disconnect();
    removeEventListener("scroll", entry.soon);
    removeEventListener("resize", entry.soon);
    grids.delete(element);
  }
}
