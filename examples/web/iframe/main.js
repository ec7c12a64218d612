const answer = document.getElementById("answer");
const frame = document.getElementById("model");
window.addEventListener("message", ({ data, source }) => {
  if (source !== frame.contentWindow) return;
  if (data.text !== undefined) answer.append(data.text);
  else answer.title = data.done;
});
