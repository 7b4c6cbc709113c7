// uPlot, loaded once by whichever chart comes first.
let library = null;

export const load = () =>
  (library ??= new Promise((done, fail) => {
    if (globalThis.uPlot) {
      done(globalThis.uPlot);
      return;
    }
    const script = document.createElement("script");
    script.src = "lib/uplot/uPlot.iife.min.js";
    script.onload = () => done(globalThis.uPlot);
    script.onerror = () => fail(new Error("The chart library did not load."));
    document.head.append(script);
  }));
