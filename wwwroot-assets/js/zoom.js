// Zoom and pan of a picture that fills its stage as object-fit: contain does. A view is a scale (1 = fits) and the place of the stage's corner, as shares of the stage, so that several
// stages of different sizes can follow one another.
const MOST = 16;

const clampView = (view) => {
  const most = 1 - 1 / view.scale;
  return { scale: view.scale, x: Math.min(Math.max(view.x, 0), most), y: Math.min(Math.max(view.y, 0), most) };
};

const FITS = { scale: 1, x: 0, y: 0 };

// How much larger than fitting the picture stands at 100 %.
const fullScale = (stage, image) => {
  if (!image?.naturalWidth) {
    return 2;
  }
  const fit = Math.min(stage.clientWidth / image.naturalWidth, stage.clientHeight / image.naturalHeight);
  return Math.max(1.0001, 1 / (fit * (devicePixelRatio || 1)));
};

export class Zoom {
  constructor(stage, onChange) {
    this.stage = stage;
    this.view = FITS;
    this.pointer = { x: 0.5, y: 0.5 };
    this.onChange = onChange;
    this.drag = null;
    this.stop = new AbortController();
    const { signal } = this.stop;
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    stage.addEventListener("pointermove", (event) => this.move(event), { signal });
    stage.addEventListener("pointerdown", (event) => this.press(event), { signal });
    stage.addEventListener("pointerup", () => (this.drag = null), { signal });
    stage.addEventListener("pointercancel", () => (this.drag = null), { signal });
    stage.addEventListener("dblclick", () => this.toggle(), { signal });
  }

  get image() {
    return this.stage.querySelector("[data-full]") ?? this.stage.querySelector("img");
  }

  at(event) {
    const box = this.stage.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  // The picture's pixel under the pointer stays under it.
  to(scale, point = this.pointer) {
    const wanted = Math.min(MOST, Math.max(1, scale));
    const { view } = this;
    this.set({ scale: wanted, x: view.x + point.x / view.scale - point.x / wanted, y: view.y + point.y / view.scale - point.y / wanted });
  }

  toggle() {
    this.to(this.view.scale > 1.001 ? 1 : fullScale(this.stage, this.image));
  }

  set(view, quietly = false) {
    this.view = clampView(view);
    const { scale, x, y } = this.view;
    const pan = this.stage.querySelector("[data-pan]");
    if (pan) {
      pan.style.transform = scale > 1 ? `translate(${-x * scale * 100}%, ${-y * scale * 100}%) scale(${scale})` : "";
    }
    this.stage.style.cursor = scale > 1 ? "grab" : "";
    this.stage.style.touchAction = scale > 1 ? "none" : "";
    const label = this.stage.querySelector("[data-scale]");
    if (label) {
      label.textContent = scale > 1 ? `${Math.round((scale / fullScale(this.stage, this.image)) * 100)} %` : "";
    }
    if (!quietly) {
      this.onChange?.(this.view);
    }
  }

  wheel(event) {
    if (event.ctrlKey || this.view.scale > 1) {
      event.preventDefault();
      this.pointer = this.at(event);
      this.to(this.view.scale * Math.exp(-event.deltaY / 400));
    }
  }

  press(event) {
    if (event.button === 0 && this.view.scale > 1 && !event.target.closest("button, a")) {
      event.preventDefault();
      this.drag = { ...this.at(event), view: this.view };
      this.stage.setPointerCapture(event.pointerId);
    }
  }

  move(event) {
    this.pointer = this.at(event);
    if (this.drag) {
      const { view } = this.drag;
      this.set({ scale: view.scale, x: view.x - (this.pointer.x - this.drag.x) / view.scale, y: view.y - (this.pointer.y - this.drag.y) / view.scale });
    }
  }

  end() {
    this.stop.abort();
  }
}
