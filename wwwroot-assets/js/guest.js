// Picks of guests without leaving the place on the page. Without this script the forms work all the same.
const say = (text) => {
  const place = document.querySelector("[data-said]");
  if (place) {
    place.textContent = text;
  }
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !("pick" in form.dataset)) {
    return;
  }
  event.preventDefault();
  const button = form.querySelector("button");
  const wanted = form.elements.on;
  const isOn = wanted.value === "1";
  button.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), headers: { Accept: "application/json" } });
    if (!answer.ok) {
      throw new Error(String(answer.status));
    }
    button.setAttribute("aria-pressed", String(isOn));
    wanted.value = isOn ? "0" : "1";
    say(isOn ? "Picked" : "No longer picked");
  } catch {
    say("That did not work. Load the page again.");
  } finally {
    button.disabled = false;
    button.focus();
  }
});
