// What a user's compiler knows of the package. Lines that must not compile are marked, and each mark must be needed.

import { deleteKeptModel, Engine, keptModels, load, MambaError, Session } from "mamba-web";
import type { EngineInfo, GenerateOptions, KeptModel, LastRun, LoadOptions, Piece, Progress, SessionStats, Turn } from "mamba-web";
import { load as loadInline } from "mamba-web/inline";

const options: LoadOptions = { model: "hf:o/n", backend: "auto", precision: "int8", threads: 2, keep: false };
options.onProgress = ({ phase, loadedBytes, totalBytes }: Progress) => [phase.length, loadedBytes + (totalBytes ?? 0)];

export async function use(file: File, signal: AbortSignal): Promise<[string, LastRun | null, SessionStats]> {
  await load(options).catch((error: unknown) => error instanceof MambaError && [error.code, error.message, error.hint]);
  await load(new URL("https://a.example/m/"));
  await load({ model: [file], signal });
  const engine: Engine = await load("/m");
  const same: Engine = await loadInline({ ...options, model: "/m" });
  await same.dispose();
  const info: EngineInfo = engine.info;
  engine.onMove = (moved) => moved?.backend;
  const ids: Uint32Array = await engine.tokenize("x");
  const session: Session = await engine.session({ system: info.architecture });
  const turns: Turn[] = [{ message: "a", answer: "b", ids }];
  await session.read(turns, { signal });
  const settings: GenerateOptions = { message: "Hello", temperature: 0, stop: ["x"], logitBias: { 7: -1 }, surprise: true };
  let text = "";
  for await (const piece of session.generate(settings)) text += (piece satisfies Piece).text;
  for await (const { index, id } of engine.generateTogether([{ session, prompt: "x" }])) text += index + (id ?? 0);
  const bytes: Uint8Array = await session.snapshot({ packing: "f16", text: "{}" });
  const again = await engine.blend(await engine.restore(bytes), await session.fork(), 0.5);
  const [{ layer, relative }] = await again.difference(session);
  const { where } = await engine.states.put("a/b", again);
  const kept: KeptModel[] = await keptModels();
  await deleteKeptModel(kept[0].id);
  const numbers: number = layer + relative + (await engine.memoryBytes()) + session.position + where.length;
  await engine.dispose();
  return [text + numbers, session.lastRun, session.stats];
}

export async function wrong(engine: Engine, session: Session) {
  // @ts-expect-error there is no such backend
  await load({ model: "x", backend: "tpu" });
  // @ts-expect-error a model is needed
  await load({ backend: "cpu" });
  // @ts-expect-error it is called maxTokens
  session.generate({ message: "x", max_tokens: 5 });
  // @ts-expect-error a hook for tests is not for users
  await engine.loseDevice();
  // @ts-expect-error it is for other parts of the package
  Session.handleIn(session, engine);
}
