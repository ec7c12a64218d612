#!/usr/bin/env bash
# Writes the site to dist/, and says how large it is. Does nothing but the set-up
# checks when dist/ is newer than all that it is made from.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

scripts/setup.sh build
RUSTUP_TOOLCHAIN=$(scripts/setup/rust.sh)
export RUSTUP_TOOLCHAIN

# One build at a time: two would write into one another's files.
mkdir -p target
if command -v flock >/dev/null; then
  exec 9>target/site-lock
  flock 9
fi

# The wasm names the files that it was made of in its messages; where they lie on this machine is nobody's business. These
# flags are added to those of .cargo/config.toml; cargo parts them at blanks.
REMAPPED="$ROOT=mamba-web ${CARGO_HOME:-$HOME/.cargo}=cargo"
case $ROOT${CARGO_HOME:-$HOME} in
  *[[:space:]]*) say "a folder's name has a blank, so this machine's paths stay in the wasm."; REMAPPED="" ;;
esac
export REMAPPED
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=""
for remap in $REMAPPED; do CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS+=" --remap-path-prefix=$remap"; done

sources=(.cargo Cargo.toml Cargo.lock deny.toml Trunk.toml rust-toolchain.toml package-lock.json scripts shaders src www)
built=target/site-built
if [ -e dist/index.html ] && [ -e "$built" ] && [ -z "$(find "${sources[@]}" -newer "$built" -print -quit)" ]; then
  say "dist/ is up to date"
  exit
fi

started=$(mktemp)
trap 'rm -f "$started"' EXIT
# A backtrace of Trunk says nothing about an error of the compiler.
RUST_BACKTRACE=0 trunk --log warn build --release
node scripts/pack.mjs dist
# The time from before the build: a file saved during it counts as changed.
touch -r "$started" "$built"
