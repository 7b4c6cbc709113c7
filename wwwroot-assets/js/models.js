// Sends a model and its description to the API by plain HTTP. Answers null when it was taken, else a sentence.
export const send = (address, input, description, target) => new Promise((resolve) => {
  const file = input.files[0];
  if (!file) {
    resolve("Choose an ONNX file first.");
    return;
  }
  const form = new FormData();
  form.append("model", description);
  form.append("file", file);
  const request = new XMLHttpRequest();
  request.open("POST", address);
  const meta = document.querySelector("meta[name=fv-antiforgery]");
  if (meta) {
    request.setRequestHeader(meta.dataset.header, meta.content);
  }
  let told = 0;
  request.upload.addEventListener("progress", (news) => {
    if (news.lengthComputable && performance.now() - told > 250) {
      told = performance.now();
      target.invokeMethodAsync("OnProgress", news.loaded / news.total).catch(() => {
        // the circuit is away; the next report tells it again
      });
    }
  });
  request.addEventListener("loadend", () => {
    if (request.status >= 200 && request.status < 300) {
      resolve(null);
      return;
    }
    let body = null;
    try {
      body = JSON.parse(request.responseText);
    } catch {
      // not JSON: the status alone has to do
    }
    resolve(body?.detail ?? (request.status === 0 ? "The connection broke. Try again." : `The server did not take it (${request.status}).`));
  });
  request.send(form);
});
