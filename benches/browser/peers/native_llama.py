"""llama.cpp natively, through llama-cpp-python: the same two figures as the others, as one line of JSON.

python native_llama.py FILE.gguf THREADS PREFILL_TOKENS DECODE_TOKENS
"""

from __future__ import annotations

import json
import sys
import time

from llama_cpp import Llama


def main() -> None:
    file, threads, prefill, decode = sys.argv[1], *map(int, sys.argv[2:5])
    model = Llama(file, n_ctx=8192, n_batch=512, n_threads=threads, n_threads_batch=threads, verbose=False)
    prompt = [1 + i * 40503 % 90 for i in range(prefill)]

    def read() -> float:
        model.reset()
        start = time.perf_counter(), time.process_time()
        model.eval(prompt)
        return time.perf_counter() - start[0], time.process_time() - start[1]

    def write() -> float:
        model.reset()
        model.eval(prompt[:1])
        start = time.perf_counter(), time.process_time()
        for i in range(decode):
            model.eval([prompt[i % prefill]])
        return time.perf_counter() - start[0], time.process_time() - start[1]

    model.eval(prompt[:64])
    result = {}
    for name, run, tokens in (("prefill", read, prefill), ("decode", write, decode)):
        wall, cpu = run()
        result[name] = {"tokens": tokens, "ms": wall * 1e3, "wallMs": wall * 1e3, "cpuSeconds": cpu}
    print(json.dumps(result))


if __name__ == "__main__":
    main()
