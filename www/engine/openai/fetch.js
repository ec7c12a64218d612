// A `fetch` for clients of OpenAI's API, which the engine answers in place of a server.

import { badArgument, MambaError } from "../errors.js";
import { decoded } from "../source/hub-name.js";
import { ApiError, asApiError } from "./api-error.js";
import { toBytes } from "./stream.js";

/**
 * Answers `POST .../chat/completions`, `GET .../models` and `GET .../models/NAME`, whatever the host is. Nothing leaves
 * this machine.
 *
 * @param {{ chat: import("./chat.js").Chat }} engine
 * @returns {typeof fetch}
 */
export function openaiFetch({ chat }) {
  return async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const { pathname } = new URL(request.url);
    try {
      return await answerTo(request, pathname, chat);
    } catch (error) {
      request.signal.throwIfAborted(); // as fetch does
      return failure(asApiError(error));
    }
  };
}

/**
 * @param {Request} request
 * @param {string} path
 * @param {import("./chat.js").Chat} chat
 */
async function answerTo(request, path, chat) {
  if (path.endsWith("/chat/completions")) {
    requireMethod(request, "POST");
    return completion(chat, await readBody(request), request);
  }
  const name = /\/models(?:\/(.+))?$/.exec(path);
  if (!name) throw new ApiError(new MambaError("not-found", `There is nothing at ${path}.`, "Ask for /v1/chat/completions or /v1/models."));
  requireMethod(request, "GET");
  const model = { id: chat.model, object: "model", created: 0, owned_by: "mamba-web" };
  if (name[1] === undefined) return Response.json({ object: "list", data: [model] });
  if (decoded(name[1]) === chat.model) return Response.json(model);
  throw new ApiError(new MambaError("not-found", "This model is not loaded.", `The one that is loaded is “${chat.model}”.`), { param: "model" });
}

/**
 * @param {import("./chat.js").Chat} chat
 * @param {unknown} body
 * @param {Request} request
 */
async function completion(chat, body, request) {
  const { signal } = request;
  const isStream = typeof body === "object" && body !== null && "stream" in body && body.stream === true;
  if (!isStream) return Response.json(await chat.completions.create(/** @type {object} */ (body), { signal }));
  const stream = await chat.completions.create(/** @type {{ stream: true }} */ (body), { signal });
  const bytes = toBytes(events(stream, request), (data) => `data: ${data}\n\n`, stream.controller);
  return new Response(bytes, { headers: { "content-type": "text/event-stream; charset=utf-8" } });
}

/**
 * The data of server-sent events. After an answer has begun, a failure can only be one of them.
 *
 * @param {AsyncIterable<object>} chunks
 * @param {Request} request held to the end, not only its signal: in Node the caller's signal reaches that one no more once the
 *   request is collected
 */
async function* events(chunks, request) {
  try {
    for await (const chunk of chunks) yield JSON.stringify(chunk);
    yield "[DONE]";
  } catch (error) {
    request.signal.throwIfAborted();
    yield JSON.stringify({ error: asApiError(error).error });
  }
}

/** @param {Request} request @returns {Promise<unknown>} */
async function readBody(request) {
  try {
    return await request.json();
  } catch (cause) {
    throw new ApiError(badArgument("The body of the request is not JSON."), {});
  }
}

/** @param {Request} request @param {string} method */
function requireMethod(request, method) {
  if (request.method === method) return;
  throw new ApiError(badArgument(`This address takes ${method}, not ${request.method}.`), { status: 405 });
}

/** @param {ApiError} failed */
const failure = ({ error, status }) =>
  // The same request would fail again in the same way.
  Response.json({ error }, { status, headers: { "x-should-retry": "false" } });
