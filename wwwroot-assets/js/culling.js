// What grid and loupe share: what a key sets, how a mark looks at once, and what is said about it.
const FLAGS = { pick: "pick", reject: "reject", unflag: "none" };

// "star 3", "pick", "reject", "unflag", "colour 2"; null for all else.
export const setOf = (action) => {
  const [word, number] = action.split(" ");
  switch (word) {
    case "star":
      return { stars: Number(number) };
    case "colour":
      return { colour: Number(number) };
    default:
      return FLAGS[word] ? { flag: FLAGS[word] } : null;
  }
};

// Shown before the server answers; the next drawing of the page says the same.
export const paint = (element, mark) => {
  if (mark.stars !== undefined) {
    element.dataset.stars = mark.stars;
  }
  if (mark.flag !== undefined) {
    element.dataset.flag = mark.flag;
  }
  if (mark.colour !== undefined) {
    element.dataset.colour = mark.colour;
  }
};

const WORDS = { pick: "Picked", reject: "Rejected", unflag: "No flag", undo: "Taken back", redo: "Done again", "advance-on": "Moves on after each mark", "advance-off": "Stays after each mark" };

export const announce = (action) => {
  const region = document.querySelector("[data-cull-status]");
  if (region) {
    const [word, number] = action.split(" ");
    region.textContent = word === "star" ? `${number} ${number === "1" ? "star" : "stars"}` : word === "colour" ? `Colour ${number}` : (WORDS[word] ?? "");
  }
};

// Whether the focus moves on after each mark; kept for the next visit.
export const switchAdvance = () => {
  const on = document.documentElement.dataset.advance !== "on";
  document.documentElement.dataset.advance = on ? "on" : "off";
  try {
    localStorage.setItem("fv-advance", on ? "on" : "off");
  } catch {
    // storage may be blocked: the choice lasts as long as the page
  }
  announce(on ? "advance-on" : "advance-off");
};

const status = (event) => {
  const note = document.querySelector("[data-outbox-note]");
  if (note) {
    const { waiting, isStuck, refused } = event.detail;
    note.textContent = refused ?? (waiting > 0 && isStuck ? `${waiting} ${waiting === 1 ? "mark waits" : "marks wait"} for the connection` : "");
    note.hidden = note.textContent === "";
  }
};

addEventListener("fv-outbox", status);

try {
  document.documentElement.dataset.advance = localStorage.getItem("fv-advance") === "on" ? "on" : "off";
} catch {
  document.documentElement.dataset.advance = "off";
}
