// Messages on their way from the box into the chat, and back into the box where nobody answers them.

export class Sending {
  #model;
  #chat;
  #composer;
  #running;

  /**
   * @param {import("./model.js").Model} model
   * @param {import("./chat.js").Chat} chat
   * @param {import("./composer.js").Composer} composer
   * @param {import("./running.js").Running} running
   */
  constructor(model, chat, composer, running) {
    this.#model = model;
    this.#chat = chat;
    this.#composer = composer;
    this.#running = running;
  }

  /** Without a chat template a model cannot tell whose turn it is, so it only continues texts. */
  get canChat() {
    return Boolean(this.#model.engine?.info.chatTemplate);
  }

  /** @param {string} text @returns {boolean} whether it was taken */
  send(text) {
    const { current, loading } = this.#model.state;
    const isRefused =
      text.trim() === ""
        ? "Write a message first."
        : !current && !loading
          ? "There is no model to answer. Load one first."
          : current && !this.canChat
            ? `${current.choice.name} cannot chat. Choose “Completion” above to let it continue a text.`
            : null;
    if (isRefused === null && !current) this.#composer.tell("Your message will be answered as soon as the model is loaded.");
    else this.#composer.tell(isRefused);
    if (isRefused !== null) return false;
    this.#chat.send(text);
    return true;
  }

  /** Ends the answer that is being written. Messages that wait for their turn go back into the box. */
  stop() {
    this.#composer.giveBack(this.#chat.takeBack());
    void this.#running.stop();
  }

  /** Puts messages that nobody answers back into the box. @param {string} why */
  giveBack(why) {
    if (!this.#chat.isWaiting) return;
    this.#composer.giveBack(this.#chat.takeBack());
    this.#composer.tell(why);
  }
}
