// Chat or completion: which of the two is chosen, and which can be chosen.

export class Modes {
  #inputs = [...document.querySelectorAll("input[name=mode]")].filter((input) => input instanceof HTMLInputElement);

  /** @param {() => void} onChange called when the visitor has chosen */
  constructor(onChange) {
    for (const input of this.#inputs) input.addEventListener("change", onChange);
  }

  get isCompletion() {
    return this.#inputs.some((input) => input.checked && input.value === "completion");
  }

  /** @param {"chat" | "completion"} mode */
  choose(mode) {
    for (const input of this.#inputs) input.checked = input.value === mode;
  }

  /** @param {{ canChat: boolean, hasChat: boolean }} what `hasChat`: whether something was written there */
  show({ canChat, hasChat }) {
    for (const input of this.#inputs) if (input.value === "chat") input.disabled = !canChat && !hasChat;
  }
}
