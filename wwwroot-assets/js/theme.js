// Loaded in the head without defer: theme and rail width stand before the first paint, so nothing flashes.
(() => {
  // The server's policy forbids style attributes, because whoever can write one can draw over a page. Components still size bars and rows by them: their
  // values go the way that the policy leaves to scripts of this server.
  const setAttribute = Element.prototype.setAttribute;
  Element.prototype.setAttribute = function (name, value) {
    if (name === "style" && this.style) {
      this.style.cssText = value;
    } else {
      setAttribute.call(this, name, value);
    }
  };

  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // storage may be blocked; the system's choice counts then
    }
  };

  const write = (key, value) => {
    try {
      if (value === null) {
        localStorage.removeItem(key);
      } else {
        localStorage.setItem(key, value);
      }
    } catch {
      // as above
    }
  };

  const apply = () => {
    const choice = read("fv-theme");
    const dark = choice === "dark" || (choice !== "light" && system.matches);
    root.dataset.theme = dark ? "dark" : "light";
    root.dataset.themeChoice = choice ?? "system";
    root.dataset.rail = read("fv-rail") ?? "wide";
    const light = document.getElementById("library-light");
    const night = document.getElementById("library-dark");
    if (light && night) {
      light.media = dark ? "not all" : "all";
      night.media = dark ? "all" : "not all";
    }
    dispatchEvent(new Event("fv-theme"));
  };

  // A circuit that comes to life makes the page anew: what was opened and typed in the page that the server had drawn is opened and typed again.
  const show = (id, text) => {
    const dialog = document.getElementById(id);
    const field = dialog?.querySelector("input[type=search]");
    if (!dialog || dialog.open) {
      return;
    }
    dialog.showModal();
    if (text) {
      field.value = text;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
    field?.[text ? "focus" : "select"]();
  };

  const open = (id) => {
    show(id);
    const dialog = document.getElementById(id);
    if (root.dataset.keys !== undefined || !dialog) {
      return;
    }
    const renewed = new MutationObserver(() => {
      const now = document.getElementById(id);
      if (now && now !== dialog) {
        renewed.disconnect();
        show(id, dialog.querySelector("input[type=search]")?.value);
      }
    });
    renewed.observe(document.body, { childList: true, subtree: true });
    dialog.addEventListener("close", () => dialog.isConnected && renewed.disconnect());
  };

  const steps = { system: "light", light: "dark", dark: "system" };
  const actions = {
    theme: () => {
      const next = steps[root.dataset.themeChoice] ?? "light";
      write("fv-theme", next === "system" ? null : next);
      apply();
    },
    rail: () => {
      write("fv-rail", root.dataset.rail === "slim" ? "wide" : "slim");
      apply();
    },
    fullscreen: () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()).catch(() => {}),
    reload: () => location.reload(),
    palette: () => open("palette"),
    help: () => open("shortcut-help"),
    close: (target) => target.closest("dialog")?.close(),
    // A bare "#main" would lead to the start page, because of <base>.
    skip: (target, event) => {
      event.preventDefault();
      document.getElementById("main")?.focus();
    },
  };

  /*
    The node that had this page is gone and another one answers, or it was restarted: the page is drawn anew there. Whoever is writing keeps the words, and loads it by the button.
  */
  const isWriting = () => {
    const field = document.activeElement;
    return field instanceof HTMLElement && field.matches("textarea, input:not([type=checkbox], [type=radio], [type=range], [type=search])") && field.value !== "";
  };
  document.addEventListener("DOMContentLoaded", () => {
    const lost = document.getElementById("components-reconnect-modal");
    if (lost) {
      new MutationObserver(() => lost.classList.contains("components-reconnect-rejected") && !isWriting() && location.reload()).observe(lost, { attributeFilter: ["class"] });
    }
  });

  // Full screen is granted only to the key or click itself, not to the server's answer; the list of places opens without a server.
  document.addEventListener("fv-key", (event) => {
    if (["fullscreen", "palette"].includes(event.detail.action) && event.detail.phase === "down") {
      event.preventDefault();
      actions[event.detail.action]();
    }
  });

  document.addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    const action = target && actions[target.dataset.action];
    if (action) {
      action(target, event);
    }
    // A menu made of <details> closes when something in it was chosen or the pointer went elsewhere.
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      const summary = menu.querySelector("summary");
      const stays = event.target instanceof Node && (summary.contains(event.target) || (target && menu.contains(target)));
      if (!stays) {
        menu.open = false;
      }
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of document.querySelectorAll("details.menu[open]")) {
        menu.open = false;
        menu.querySelector("summary").focus();
      }
    }
  });

  // Enhanced navigation between plain pages replaces the attributes of <html>.
  document.addEventListener("DOMContentLoaded", () => {
    apply();
    globalThis.Blazor?.addEventListener?.("enhancedload", apply);
  });
  system.addEventListener("change", apply);
  apply();
})();
