const frame = document.querySelector("#chat");
const button = document.querySelector("#ask");
const answer = document.querySelector("#answer");
const address = new URL("embed.html", frame.dataset.site);
address.searchParams.set("origin", location.origin);
address.searchParams.set("max-tokens", "60");

addEventListener("message", ({ data, origin, source }) => {
  if (source !== frame.contentWindow || origin !== address.origin || data?.from !== "mamba-web") return;
  if (data.type === "ready") button.disabled = false;
  if (data.type === "token") answer.textContent += data.text;
  if (data.type === "error") answer.textContent = `${data.error.message} ${data.error.hint}`;
});

button.addEventListener("click", () => {
  answer.textContent = "";
  frame.contentWindow.postMessage({ type: "send", id: 1, text: "Tell me a joke." }, address.origin);
});

// Last, so that nothing of it is missed.
frame.src = address.href;
