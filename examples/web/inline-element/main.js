// The import registers <mamba-chat>. Both chats of the page share one engine.
import "mamba-web/inline/element";

const said = document.getElementById("said");
document.getElementById("first").addEventListener("message", ({ detail }) => (said.textContent = detail.answer));
