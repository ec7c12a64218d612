#!/usr/bin/env bash
# Trunk runs this when it has built the page and the wasm, before they go to dist/: adds
# the files of www/ that need no building, and optimises the wasm.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$TRUNK_STAGING_DIR"
(cd "$TRUNK_SOURCE_DIR" && tar -c --exclude=./index.html .) | tar -x

# Trunk names the wasm after the package; its address is the library's name.
package=mamba-web library=mamba_web
for ending in .d.ts _bg.wasm; do mv "$package$ending" "$library$ending"; done
# Only the file's address: the wasm imports from a module that has the package's name.
sed "s/${package}_bg.wasm/${library}_bg.wasm/g" "$package.js" > "$library.js"
rm "$package.js"

# The same once more for browsers with relaxed SIMD; only this crate is compiled again. The page takes the one that
# the browser can run (www/engine/wasm.js).
build=(cargo build --locked --quiet --lib --target "$WASM_TARGET" --features relaxed-simd)
[ "$TRUNK_PROFILE" = release ] && build+=(--release) profile=release || profile=debug
(cd "$ROOT" && "${build[@]}")
wasm-bindgen --target web --no-typescript --out-dir . --out-name "${library}_relaxed" \
  "$ROOT/target/$WASM_TARGET/$profile/$library.wasm"

[ "$TRUNK_PROFILE" = release ] || exit 0

# wasm-opt takes the better part of a minute, so its result is kept until its input or
# wasm-opt itself changes: a change of the page alone must not cost that minute.
kept=$ROOT/target/wasm-opt
mkdir -p "$kept"
for wasm in *.wasm; do
  if ! cmp -s "$wasm" "$kept/$wasm.in" ||
    ! [ "$kept/$wasm.out" -nt "$ROOT/node_modules/.installed-from" ]; then
    say "wasm-opt -O3 $wasm"
    rm -f "$kept/$wasm.out"
    # Its own flag, because the feature is enabled for single functions and not named in the file.
    case $wasm in *relaxed*) features=(--enable-relaxed-simd) ;; *) features=() ;; esac
    wasm-opt -O3 ${features[@]+"${features[@]}"} "$wasm" -o "$kept/$wasm.new"
    cp "$wasm" "$kept/$wasm.in"
    mv "$kept/$wasm.new" "$kept/$wasm.out"
  fi
  cp "$kept/$wasm.out" "$wasm"
done
