#!/usr/bin/env bash
# Writes the site to dist/, and says how large its wasm is. Does nothing but the set-up
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

sources=(.cargo Cargo.toml Cargo.lock Trunk.toml rust-toolchain.toml package-lock.json scripts shaders src www)
built=target/site-built
if [ -e dist/index.html ] && [ -e "$built" ] && [ -z "$(find "${sources[@]}" -newer "$built" -print -quit)" ]; then
  say "dist/ is up to date"
  exit
fi

started=$(mktemp)
trap 'rm -f "$started"' EXIT
# A backtrace of Trunk says nothing about an error of the compiler.
RUST_BACKTRACE=0 trunk --log warn build --release
node scripts/wasm-size.mjs dist
# The time from before the build: a file saved during it counts as changed.
touch -r "$started" "$built"
