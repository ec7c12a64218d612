#!/usr/bin/env bash
# site.sh FOLDER [release | debug]: makes the site in an empty folder from www/ and all builds of the wasm.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"

folder=$(cd "$1" && pwd) profile=${2:-release}
cd "$folder"
cp -R "$ROOT"/www/. .
sed -i.before '/data-trunk/d; /<!-- Trunk/d' index.html
rm index.html.before

library=mamba_web
[ "$profile" = release ] && release=(--release) || release=()
# bindings NAME CRATE FOLDER OPTION...: the module and the wasm NAME of a crate that was built in a folder
bindings() {
  local name=$1 crate=$2 target=$3
  shift 3
  wasm-bindgen --target web --out-dir . --out-name "$name" "$@" "$ROOT/$target/$WASM_TARGET/$profile/${library}_$crate.wasm"
  rm -f "${name}_bg.wasm.d.ts"
}
# compile PACKAGE FOLDER OPTION...
compile() {
  local package=$1 target=$2
  shift 2
  (cd "$ROOT" && cargo build --locked --quiet --package "$package" --lib --target "$WASM_TARGET" --target-dir "$target" \
    ${release[@]+"${release[@]}"} "$@")
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
  RUSTC_BOOTSTRAP=1 RUSTFLAGS=${flags[*]} compile mamba-web-relaxed target/threads -Z build-std=std,panic_abort
  bindings "${library}_threads" relaxed target/threads --no-typescript
}

# The builds that share their dependencies: of this crate each takes one core, because it is one codegen unit.
build_others() {
  # For every browser.
  compile mamba-web-plain target
  bindings "$library" plain target

  # For browsers with relaxed SIMD.
  compile mamba-web-relaxed target
  bindings "${library}_relaxed" relaxed target --no-typescript

  # The Lab's (lab.html), for every browser, with the engine in it. Its file is bounded like the others (scripts/pack.mjs).
  compile mamba-web-lab target
  bindings "${library}_lab" lab target --no-typescript

  # The automaton of constraints: a module of its own, so that only those visits download it that need it.
  compile mamba-web-guide target
  # A constraint may be too deep for the module's stack. Then it is started anew (www/engine/program/guide.js).
  bindings "${library}_guide" guide target --experimental-reset-state-function
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

if [ "$profile" = release ]; then
  # They run side by side, each on one core.
  optimising=()
  for wasm in *.wasm; do
    optimise "$wasm" &
    optimising+=($!)
  done
  for job in "${optimising[@]}"; do wait "$job"; done
fi

node "$ROOT/scripts/bundle.mjs" .
