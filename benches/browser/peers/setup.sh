#!/usr/bin/env bash
# Brings what the comparison needs into target/bench: wllama, candle's Mamba compiled to wasm,
# the GGUF files, and llama.cpp itself if it can be built (LLAMA=0 leaves it out; it compiles
# for several minutes, once). Does nothing where all is there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../../../scripts/lib.sh"
here=$ROOT/benches/browser/peers
work=$ROOT/target/bench
wllama=3.13.0
gguf=0.19.0
llama=0.3.36

mkdir -p "$work/peers"
cd "$work"
if ! grep -qs "\"version\": \"$wllama\"" peers/node_modules/@wllama/wllama/package.json; then
  say "npm install @wllama/wllama@$wllama"
  (cd peers && npm install --prefix . --no-save --no-audit --no-fund --loglevel=error "@wllama/wllama@$wllama" >&2)
fi

if [ "$work/candle-web/candle_mamba_bg.wasm" -ot "$here/candle/src/lib.rs" ]; then
  say "building candle's Mamba for wasm (minutes, once)"
  # From here on the toolchain that has the wasm standard library.
  (
    cd "$here/candle"
    RUSTUP_TOOLCHAIN=$("$ROOT/scripts/setup/rust.sh")
    export RUSTUP_TOOLCHAIN
    RUSTFLAGS='-C target-feature=+simd128 --cfg getrandom_backend="wasm_js"' \
      nice cargo build --locked --quiet --release --target "$WASM_TARGET" --target-dir "$work/candle" >&2
  )
  rm -rf candle-web candle-web.part
  wasm-bindgen --target web --no-typescript --out-dir candle-web.part \
    "candle/$WASM_TARGET/release/candle_mamba.wasm"
  wasm-opt -O3 candle-web.part/candle_mamba_bg.wasm -o candle-web.part/optimised.wasm
  mv candle-web.part/optimised.wasm candle-web.part/candle_mamba_bg.wasm
  mv candle-web.part candle-web
fi

if [ ! -x venv/bin/python ]; then
  python3 -m venv venv
fi
python=$work/venv/bin/python
if ! "$python" -c "import gguf" 2>/dev/null; then
  say "pip install gguf==$gguf"
  "$python" -m pip install --quiet --disable-pip-version-check "gguf==$gguf" >&2
fi
if [ "${LLAMA:-1}" != 0 ] && [ ! -e .no-llama ] && ! "$python" -c "import llama_cpp" 2>/dev/null; then
  say "building llama-cpp-python $llama (several minutes, once)"
  # -march=native is what a native user would have, but for AMX: with it this version crashes on
  # packed weights of Mamba.
  no_amx=
  [ "$(uname -m)" != x86_64 ] || no_amx="-mno-amx-int8 -mno-amx-bf16 -mno-amx-tile"
  CFLAGS=$no_amx CXXFLAGS=$no_amx CMAKE_ARGS="-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DMTMD_BUILD=OFF" \
    nice "$python" -m pip install --quiet --no-cache-dir --disable-pip-version-check "llama-cpp-python==$llama" >&2 ||
    { say "llama.cpp cannot be built here; it is left out (rm $work/.no-llama tries again)"; touch .no-llama; }
fi

node "$ROOT/benches/make_model.mjs" "$work/mamba-130m" >/dev/null
"$python" "$here/make_gguf.py" "$work/mamba-130m" "$work/gguf"
