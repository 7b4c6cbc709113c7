// Small things that only a browser can do.
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Without a secure context there is no clipboard API; the old way still works.
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    area.style.opacity = "0";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

export function openDialog(dialog) {
  if (dialog && !dialog.open) {
    dialog.showModal();
  }
}

export function closeDialog(dialog) {
  dialog?.close();
}

export function scrollToEnd(element) {
  if (element && element.scrollHeight - element.scrollTop - element.clientHeight < 120) {
    element.scrollTop = element.scrollHeight;
  }
}

export function download(address) {
  const link = document.createElement("a");
  link.href = address;
  link.download = "";
  document.body.append(link);
  link.click();
  link.remove();
}

export function read(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function write(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // storage may be blocked: the choice lasts as long as the page
  }
}

// Press and hold on a picture: the pointer may leave the element while the button is down.
export function hold(element, target) {
  const down = (event) => {
    if (event.button === 0) {
      event.preventDefault();
      target.invokeMethodAsync("OnHoldAsync", true).catch(() => {});
      const up = () => {
        removeEventListener("pointerup", up);
        removeEventListener("pointercancel", up);
        removeEventListener("blur", up);
        target.invokeMethodAsync("OnHoldAsync", false).catch(() => {});
      };
      addEventListener("pointerup", up);
      addEventListener("pointercancel", up);
      addEventListener("blur", up);
    }
  };
  element.addEventListener("pointerdown", down);
  element.addEventListener("contextmenu", (event) => event.preventDefault());
}

export const isWide = () => matchMedia("(min-width: 64rem)").matches;
