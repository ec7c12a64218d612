// Types of the package's "mamba-web/element" beyond those of the class: what the element's events have, and its attributes.

import type { EngineInfo, MambaError } from "../mamba.js";
import type { MambaChat, Turn } from "./mamba-chat.js";

export { MambaChat } from "../element.js";
export type { Message, Turn } from "./mamba-chat.js";

/** Names of events -> the events. They do not bubble. */
export interface MambaChatEvents {
  /** The model is loaded. */
  ready: CustomEvent<{ info: EngineInfo }>;
  /** Whole characters of an answer, as they come. */
  token: CustomEvent<{ text: string }>;
  /** A turn is over. */
  message: CustomEvent<Turn>;
  /** It is shown in the element too. */
  error: CustomEvent<{ error: MambaError }>;
}

/** The attributes, for frameworks that check them. Every value is a text in HTML. */
export interface MambaChatAttributes {
  /** An address or name, as `load` takes it. */
  model?: string;
  "model-name"?: string;
  backend?: "auto" | "gpu" | "cpu" | "reference";
  precision?: "auto" | "f32" | "f16" | "int8" | "int4";
  /** The model is loaded when the first message is sent. */
  loading?: "lazy";
  system?: string;
  placeholder?: string;
  label?: string;
  theme?: "light" | "dark";
  temperature?: number | string;
  "top-k"?: number | string;
  "top-p"?: number | string;
  "min-p"?: number | string;
  "repetition-penalty"?: number | string;
  "max-tokens"?: number | string;
  seed?: number | string;
  name?: string;
  form?: string;
  disabled?: boolean | "";
}

declare module "./mamba-chat.js" {
  interface MambaChat {
    addEventListener<Name extends keyof MambaChatEvents>(type: Name, listener: (this: MambaChat, event: MambaChatEvents[Name]) => unknown, options?: boolean | AddEventListenerOptions): void;
    addEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | AddEventListenerOptions): void;
    removeEventListener<Name extends keyof MambaChatEvents>(type: Name, listener: (this: MambaChat, event: MambaChatEvents[Name]) => unknown, options?: boolean | EventListenerOptions): void;
    removeEventListener(type: string, listener: EventListenerOrEventListenerObject, options?: boolean | EventListenerOptions): void;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "mamba-chat": MambaChat;
  }
}
