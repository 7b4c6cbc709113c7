// One listener for all shortcuts. Scopes register what they bind; the newest scope that knows a key wins.
//
// Rules: dead while a field, menu or dialog has focus; dead with Ctrl, Alt or Meta unless bound so; a held key decides nothing twice;
// single letters can be switched off (WCAG 2.1.4).
const scopes = [];
const PAUSE = 700; // ms after which a key that also begins a sequence stands for itself
let prefix = null;
let prefixTimer = 0;
let lone = null;
const held = new Map();

const lettersOff = () => {
  try {
    return localStorage.getItem("fv-letters") === "off";
  } catch {
    return false;
  }
};

export const areLettersOn = () => !lettersOff();

export function setLetters(on) {
  try {
    if (on) {
      localStorage.removeItem("fv-letters");
    } else {
      localStorage.setItem("fv-letters", "off");
    }
  } catch {
    // storage may be blocked: the choice lasts as long as the page
  }
}

const typing = (target) =>
  target instanceof Element &&
  (target.closest("input:not([type=checkbox]), textarea, select, [contenteditable='true'], [role=menu], [role=slider], dialog") !== null);

const usesSpace = (target) =>
  target instanceof Element && target.closest("button, a[href], summary, input, [role=button], [role=checkbox], [role=slider]") !== null;

const name = (event) => {
  const key = event.key === " " ? "Space" : event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const parts = [];
  if (event.ctrlKey || event.metaKey) {
    parts.push("Ctrl");
  }
  if (event.altKey) {
    parts.push("Alt");
  }
  if (event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key))) {
    parts.push("Shift");
  }
  parts.push(key);
  return parts.join("+");
};

const find = (combination) => {
  for (let i = scopes.length - 1; i >= 0; i--) {
    const binding = scopes[i].bindings.find((b) => b.keys === combination);
    if (binding) {
      return { scope: scopes[i], binding };
    }
  }
  return null;
};

// Nobody went on with the sequence.
const lapse = () => {
  const alone = lone;
  prefix = lone = null;
  if (alone && !typing(document.activeElement)) {
    call(alone.scope, alone.binding.action, "down");
  }
};

const call = (scope, action, phase, event) => {
  // What the page itself can do goes on while the circuit is away.
  const offer = new CustomEvent("fv-key", { detail: { action, phase, capsLock: event?.getModifierState?.("CapsLock") === true }, cancelable: true });
  if (!document.dispatchEvent(offer)) {
    return;
  }
  scope.target.invokeMethodAsync("OnKeyAsync", action, phase).catch(() => {
    // the circuit is away; the key is lost, nothing else
  });
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) {
    return;
  }
  if (capturing) {
    catchKey(event);
    return;
  }
  if (typing(event.target)) {
    // In a field only what says so works; Escape leaves the field, so that the other keys work again.
    const inField = find(name(event));
    if (event.key === "Escape" && !event.target.closest("dialog")) {
      event.target.blur();
      return;
    }
    if (!inField?.binding.inFields || event.target.closest("dialog")) {
      return;
    }
  }
  const combination = prefix ? `${prefix} ${name(event)}` : name(event);
  if (prefix) {
    prefix = lone = null;
    clearTimeout(prefixTimer);
  } else if (!event.repeat && !lettersOff() && scopes.some((s) => s.bindings.some((b) => b.keys.startsWith(`${combination} `)))) {
    prefix = combination;
    lone = find(combination);
    prefixTimer = setTimeout(lapse, lone ? PAUSE : 1200);
    return;
  }
  const hit = find(combination);
  if (!hit || (hit.binding.isLetter && lettersOff())) {
    return;
  }
  if ((combination === "Space" || combination === "Enter") && usesSpace(event.target) && !(hit.binding.isGrid && event.target.closest("[data-grid]"))) {
    return;
  }
  event.preventDefault();
  if (event.repeat && !hit.binding.repeats) {
    return;
  }
  if (hit.binding.isHeld) {
    held.set(event.code, hit);
  }
  call(hit.scope, hit.binding.action, "down", event);
});

const release = (code) => {
  const hit = held.get(code);
  if (hit) {
    held.delete(code);
    call(hit.scope, hit.binding.action, "up");
  }
};

document.addEventListener("keyup", (event) => release(event.code));
// Whoever leaves the window while holding a key must not leave a picture revealed.
addEventListener("blur", () => [...held.keys()].forEach(release));
document.addEventListener("visibilitychange", () => document.hidden && [...held.keys()].forEach(release));

// Waits for one combination, for choosing keys. Escape gives up.
let capturing = null;

const catchKey = (event) => {
  if (["Control", "Shift", "Alt", "Meta"].includes(event.key)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  const done = capturing;
  capturing = null;
  done(event.key === "Escape" ? null : name(event));
};

export function capture() {
  capturing?.(null);
  return new Promise((resolve) => (capturing = resolve));
}

let next = 1;

// What is bound now, for those who drive the page from outside.
const tell = () => {
  document.documentElement.dataset.keys = scopes.flatMap((s) => s.bindings.map((b) => b.keys)).join(" ");
};

export function bind(bindings, target) {
  const id = next++;
  scopes.push({ id, bindings, target });
  tell();
  return id;
}

export function unbind(id) {
  const index = scopes.findIndex((s) => s.id === id);
  if (index >= 0) {
    scopes.splice(index, 1);
    tell();
  }
}

export function focus(selector) {
  const element = document.querySelector(selector);
  element?.focus();
  element?.select?.();
}
