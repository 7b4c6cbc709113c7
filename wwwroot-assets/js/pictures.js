// Pictures of the cells of a grid. The page names them and this fetches them: those in the window first, a few with each animation frame, and none while rows fly by faster than anybody can look.
const FAST = 3; // windows a second
const EACH = 6; // pictures begun with one animation frame
const REST = 100; // ms without movement until a place is reached

// position(): where the window is, extent(): its size, both px along the way of scrolling; isInSight(index): whether the frame of that place in the order is in the window.
export function pictures(element, position, extent, isInSight) {
  let [last, at, before, speed] = [position(), performance.now(), 0, 0];
  let [frame, resting] = [0, 0];

  const fetchSome = () => {
    frame = 0;
    if (speed > FAST * extent()) {
      return; // the end of the movement comes back here
    }
    const waiting = [...element.querySelectorAll("img[data-src]:not([src])")];
    const near = waiting.filter((img) => isInSight(Number(img.closest("[data-index]")?.dataset.index)));
    for (const img of (near.length > 0 ? near : waiting).slice(0, EACH)) {
      img.src = img.dataset.src;
    }
    if (waiting.length > EACH || near.length < waiting.length) {
      look();
    }
  };

  const look = () => {
    frame ||= requestAnimationFrame(fetchSome);
  };

  // One leap is no flight: both the last two steps must have been fast.
  const moved = () => {
    const [now, here] = [performance.now(), position()];
    const step = Math.abs(here - last) / Math.max(1, now - at);
    speed = Math.min(before, step) * 1000;
    [last, at, before] = [here, now, step];
    clearTimeout(resting);
    resting = setTimeout(() => {
      [before, speed] = [0, 0];
      look();
    }, REST);
    look();
  };

  // A picture that is named anew, after a verdict for one, is never kept.
  const renamed = new MutationObserver((changes) => {
    for (const { target } of changes) {
      if (target.hasAttribute("src")) {
        target.src = target.dataset.src;
      }
    }
  });
  renamed.observe(element, { subtree: true, attributeFilter: ["data-src"] });

  return {
    look,
    moved,
    stop: () => {
      renamed.disconnect();
      clearTimeout(resting);
      cancelAnimationFrame(frame);
    },
  };
}
