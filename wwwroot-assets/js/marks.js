// Boxes lie over a picture: they take its shape, which only the browser knows for certain.
const followed = new WeakMap();

const shape = (marks) => {
  const picture = [...marks.parentElement.querySelectorAll("img")].reverse().find((image) => image.complete && image.naturalWidth > 0);
  if (picture) {
    marks.style.setProperty("--shape", picture.naturalWidth / picture.naturalHeight);
  }
};

export function follow(marks) {
  if (!marks?.parentElement) {
    return;
  }

  const stage = marks.parentElement;
  const loaded = () => shape(marks);
  // A load event does not bubble, but it can be caught on its way down.
  stage.addEventListener("load", loaded, true);
  followed.set(marks, () => stage.removeEventListener("load", loaded, true));
  shape(marks);
}

export function leave(marks) {
  followed.get(marks)?.();
  followed.delete(marks);
}
