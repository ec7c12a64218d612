const said = document.getElementById("said");
document.getElementById("first").addEventListener("message", ({ detail }) => (said.textContent = detail.answer));
