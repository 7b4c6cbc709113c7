// A picture that is tried against the policy: chosen, dropped or pasted. It goes to the server once and is kept nowhere.
import { post, sentence } from "./faces.js";

const attached = new WeakMap();

const isText = (element) => element?.closest?.("input:not([type=file]):not([type=checkbox]):not([type=range]), textarea, [contenteditable=true]");

const send = async (state, file) => {
  const services = await state.target.invokeMethodAsync("OnTrying", file.name);
  const form = new FormData();
  form.append("services", services);
  form.append("files", file, file.name);
  const answer = await post(state.address, form);
  if (answer.ok) {
    await state.target.invokeMethodAsync("OnTried", await answer.text());
  } else {
    await state.target.invokeMethodAsync("OnTrouble", await sentence(answer, file.name));
  }
};

export function attach(input, area, address, target) {
  const state = { address, target };
  const take = (file) => send(state, file).catch(() => target.invokeMethodAsync("OnTrouble", `${file.name}: the connection broke. Try again.`).catch(() => {
    // the circuit is away
  }));
  const first = (files) => [...(files ?? [])].find((file) => file.type.startsWith("image/"));
  const change = () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) {
      take(file);
    }
  };
  const paste = (event) => {
    const file = isText(event.target) ? null : first(event.clipboardData?.files);
    if (file) {
      event.preventDefault();
      take(file);
    }
  };
  const over = (event) => {
    if (event.dataTransfer?.types.includes("Files")) {
      event.preventDefault();
      area.toggleAttribute("data-over", true);
    }
  };
  const leave = () => area.toggleAttribute("data-over", false);
  const drop = (event) => {
    leave();
    const file = first(event.dataTransfer?.files);
    if (file) {
      event.preventDefault();
      take(file);
    }
  };
  const listeners = [[input, "change", change], [document, "paste", paste], [area, "dragover", over], [area, "dragleave", leave], [area, "drop", drop]];
  listeners.forEach(([where, what, how]) => where.addEventListener(what, how));
  area.toggleAttribute("data-bound", true);
  attached.set(input, () => listeners.forEach(([where, what, how]) => where.removeEventListener(what, how)));
}

export function detach(input) {
  attached.get(input)?.();
  attached.delete(input);
}
