// One script for <mamba-chat>. docs/element.md has its attributes, events, methods and parts.

import { MambaChat } from "./element/mamba-chat.js";

export { MambaChat };

// A page may load it twice, by two addresses.
if (!customElements.get("mamba-chat")) customElements.define("mamba-chat", MambaChat);
