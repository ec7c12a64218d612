#!/usr/bin/env bash
# Writes the site to dist/ and prints its size. If dist/ is newer than all its sources, it only
# runs the checks of the set-up.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup.sh build
RUSTUP_TOOLCHAIN=$(scripts/setup/rust.sh)
export RUSTUP_TOOLCHAIN

# One build at a time: two would write into each other's files.
mkdir -p target
if command -v flock >/dev/null; then
  exec 9>target/site-lock
  flock 9
fi

# The wasm's messages name its source files. They must not show where these lie on this machine. These flags are added to
# those of .cargo/config.toml; cargo splits them at blanks.
REMAPPED="$ROOT=mamba-web ${CARGO_HOME:-$HOME/.cargo}=cargo"
case $ROOT${CARGO_HOME:-$HOME} in
  *[[:space:]]*) say "a folder's name has a blank, so this machine's paths stay in the wasm."; REMAPPED="" ;;
esac
export REMAPPED
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=""
for remap in $REMAPPED; do CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" --remap-path-prefix=$remap"; done

sources=(.cargo Cargo.toml Cargo.lock deny.toml guide Trunk.toml rust-toolchain.toml package-lock.json scripts shaders src www)
built=target/site-built
if [ -e dist/index.html ] && [ -e "$built" ] && [ -z "$(find "${sources[@]}" -newer "$built" -print -quit)" ]; then
  say "dist/ is up to date"
  exit
fi

started=$(mktemp)
trap 'rm -f "$started"' EXIT
# A backtrace of Trunk does not explain an error of the compiler.
RUST_BACKTRACE=0 trunk --log warn build --release
node scripts/pack.mjs dist
# This time is from before the build, so a file saved during it counts as changed.
touch -r "$started" "$built"
