// What a user's compiler knows of <mamba-chat>.

import "mamba-web/element";
import type { EngineInfo, MambaError } from "mamba-web";
import type { MambaChat, MambaChatAttributes, Turn } from "mamba-web/element";
import type { MambaChat as SameChat } from "mamba-web/inline/element";

export async function use(): Promise<[EngineInfo | null, Turn | null, MambaChatAttributes]> {
  const chat = document.createElement("mamba-chat");
  chat satisfies MambaChat satisfies SameChat;
  chat.model = "hf:owner/name";
  chat.addEventListener("ready", ({ detail }) => detail.info.backend);
  chat.addEventListener("token", ({ detail }) => detail.text.length);
  chat.addEventListener("error", ({ detail }) => (detail.error satisfies MambaError).hint);
  chat.addEventListener("click", (event) => event.type, { once: true });
  // @ts-expect-error: an event of a turn has no such thing
  chat.addEventListener("message", ({ detail }) => detail.text);
  document.querySelector("mamba-chat")?.remove();
  await chat.load();
  const turn = await chat.send("Hello");
  // @ts-expect-error: a chat is saved as a text or as bytes
  await chat.open(5);
  await chat.open(chat.save());
  await chat.open(await chat.snapshot());
  // @ts-expect-error: there is no such backend
  const wrong: MambaChatAttributes = { backend: "tpu" };
  return [chat.info, turn, { ...wrong, model: chat.model, "max-tokens": 200, loading: "lazy" }];
}
