// Faces are found on the server; the picture itself stays here and is shown from here.
const attached = new WeakMap();

/** What the server says is wrong, as a sentence. */
export const sentence = async (answer, name) => {
  try {
    const body = await answer.json();
    if (body?.detail) {
      return body.detail;
    }
  } catch {
    // not JSON: the status alone has to do
  }
  return answer.status === 401 ? "You are signed out. Sign in again, then try again." : `${name}: the server did not take it (${answer.status}).`;
};

/** Sends a form to the API as the pages do. */
export const post = (address, form) => {
  const meta = document.querySelector("meta[name=fv-antiforgery]");
  return fetch(address, { method: "POST", body: form, headers: meta ? { [meta.dataset.header]: meta.content } : {}, credentials: "same-origin" });
};

const look = async (state, file) => {
  const form = new FormData();
  form.append("part", await state.target.invokeMethodAsync("OnLooking"));
  form.append("files", file, file.name);
  const answer = await post(state.address, form);
  if (!answer.ok) {
    await state.target.invokeMethodAsync("OnTrouble", await sentence(answer, file.name));
    return;
  }
  const { faces } = await answer.json();
  URL.revokeObjectURL(state.shown);
  state.shown = URL.createObjectURL(file);
  const rows = faces.filter((face) => face.reference).map(({ box, reference }) => ({ left: box.left, top: box.top, width: box.width, height: box.height, reference }));
  await state.target.invokeMethodAsync("OnFoundAsync", file.name, state.shown, rows);
};

export function attach(input, address, target) {
  const state = { address, target, shown: null };
  const change = () => {
    const file = input.files?.[0];
    input.value = "";
    if (file) {
      look(state, file).catch(() => target.invokeMethodAsync("OnTrouble", `${file.name}: the connection broke. Try again.`).catch(() => {
        // the circuit is away
      }));
    }
  };
  input.addEventListener("change", change);
  attached.set(input, () => {
    input.removeEventListener("change", change);
    URL.revokeObjectURL(state.shown);
  });
}

export function detach(input) {
  attached.get(input)?.();
  attached.delete(input);
}
