const chat = document.querySelector("#plain");

chat.addEventListener("ready", ({ detail }) => console.info(`${detail.info.parameters} parameters on the ${detail.info.backend}`));
chat.addEventListener("message", ({ detail }) => {
  document.querySelector("#said").textContent = detail.answer;
});
chat.addEventListener("error", ({ detail }) => console.warn(`${detail.error.message} ${detail.error.hint}`));

// A chat in a form is a field of it: its value is the list of messages, in JSON.
document.querySelector("#order").addEventListener("submit", (event) => event.preventDefault());
