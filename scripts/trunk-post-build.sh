#!/usr/bin/env bash
# Trunk runs this when it has built the page and the wasm, before they go to dist/. It adds the
# rest of www/, makes and optimises all builds of the wasm, and makes the site from both.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

cd "$TRUNK_STAGING_DIR"
(cd "$TRUNK_SOURCE_DIR" && tar -c --exclude=./index.html .) | tar -x

# Trunk names the wasm after the package. The site uses the library's name.
package=mamba-web-plain library=mamba_web
for ending in .d.ts _bg.wasm; do mv "$package$ending" "$library$ending"; done
# Only the address of the file changes: the wasm imports from a module with the package's name.
sed "s/${package}_bg.wasm/${library}_bg.wasm/g" "$package.js" > "$library.js"
rm "$package.js"

# More builds. The page chooses one that the browser can run (www/engine/program/wasm.js).
[ "$TRUNK_PROFILE" = release ] && release=(--release) profile=release || release=() profile=debug
# build NAME CRATE FOLDER OPTION...
build() {
  local name=$1 crate=$2 folder=$3
  shift 3
  (cd "$ROOT" && cargo build --locked --quiet --package "mamba-web-$crate" --target "$WASM_TARGET" --target-dir "$folder" \
    ${release[@]+"${release[@]}"} "$@")
  wasm-bindgen --target web --no-typescript --out-dir . --out-name "${library}_$name" \
    "$ROOT/$folder/$WASM_TARGET/$profile/${library}_$crate.wasm"
}

# For pages that may share memory between threads, also with relaxed SIMD. Everything is compiled for it, the standard
# library included: without atomic instructions its allocator and locks would not be sound. Rebuilding the standard
# library is an unstable feature of cargo, so the variable is needed.
build_threads() {
  local memory=$((4 << 30)) # as much as the other builds may have
  local flags=(-C "target-feature=+simd128,+atomics,+bulk-memory,+mutable-globals") argument remap
  for argument in --shared-memory --import-memory "--max-memory=$memory" \
    --export=__wasm_init_tls --export=__tls_size --export=__tls_align --export=__tls_base; do
    flags+=(-C "link-arg=$argument")
  done
  # The standard library is compiled here, so its paths are this machine's too.
  for remap in ${REMAPPED:+$REMAPPED "$(rustc --print sysroot)=rust"}; do flags+=("--remap-path-prefix=$remap"); done
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=${flags[*]} build threads relaxed target/threads -Z build-std=std,panic_abort
}

# The builds that share the plain one's dependencies: of this crate each takes one core, because it is one codegen unit.
build_others() {
  # For browsers with relaxed SIMD.
  build relaxed relaxed target

  # The Lab's (lab.html), for every browser, with the engine in it. Its file is bounded like the others (scripts/pack.mjs).
  build lab lab target

  # The automaton of constraints: a module of its own, so that only those visits download it that need it.
  local guide=${library}_guide
  (cd "$ROOT" && cargo build --locked --quiet --package mamba-web-guide --lib --target "$WASM_TARGET" --target-dir target \
    ${release[@]+"${release[@]}"})
  # A constraint may be too deep for the module's stack. Then it is started anew (www/engine/program/guide.js).
  wasm-bindgen --target web --experimental-reset-state-function --out-dir . --out-name "$guide" "$ROOT/target/$WASM_TARGET/$profile/$guide.wasm"
  rm "${guide}_bg.wasm.d.ts"
}

# Side by side. Each runs in a shell of its own, so that `set -e` holds in it.
build_threads &
threads=$!
build_others &
others=$!
failed=0
wait "$others" || failed=1
wait "$threads" || failed=1
[ "$failed" = 0 ]

# wasm-opt takes half a minute, so its result is kept until its input or wasm-opt itself changes. A change of the page alone
# must not cost that. With -O3 it took four times as long, and the file was 2 % larger when packed and no faster
# (docs/speed-history.md).
level=-O1
kept=$ROOT/target/wasm-opt$level
mkdir -p "$kept"
optimise() {
  local wasm=$1 features=()
  if ! cmp -s "$wasm" "$kept/$wasm.in" ||
    ! [ "$kept/$wasm.out" -nt "$ROOT/node_modules/.installed-from" ]; then
    say "wasm-opt $level $wasm"
    rm -f "$kept/$wasm.out"
    # A flag is needed, because the feature is enabled for single functions and not named in the file.
    case $wasm in
      *relaxed*) features=(--enable-relaxed-simd) ;;
      *threads*) features=(--enable-relaxed-simd --enable-threads) ;;
    esac
    wasm-opt "$level" ${features[@]+"${features[@]}"} "$wasm" -o "$kept/$wasm.new"
    cp "$wasm" "$kept/$wasm.in"
    mv "$kept/$wasm.new" "$kept/$wasm.out"
  fi
  cp "$kept/$wasm.out" "$wasm"
}

if [ "$TRUNK_PROFILE" = release ]; then
  # They run side by side, each on one core.
  optimising=()
  for wasm in *.wasm; do
    optimise "$wasm" &
    optimising+=($!)
  done
  for job in "${optimising[@]}"; do wait "$job"; done
fi

node "$ROOT/scripts/bundle.mjs" .
