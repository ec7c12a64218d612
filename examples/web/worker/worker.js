import { load } from "mamba-web";

self.onmessage = async ({ data: { model, message } }) => {
  const engine = await load(model);
  const session = await engine.session();
  for await (const { text } of session.generate({ message, temperature: 0 })) self.postMessage({ text });
  self.postMessage({ done: `${engine.info.build}, ${engine.info.threads}` });
};
