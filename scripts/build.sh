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

# changed STAMP SOURCE...: whether a source is newer. Installed packages are none.
changed() {
  local stamp=$1
  shift
  [ ! -e "$stamp" ] || [ -n "$(find "$@" -name node_modules -prune -o -newer "$stamp" -print -quit)" ]
}

# The time of a stamp is from before the build, so a file saved during it counts as changed.
started=$(mktemp)
staging=
trap 'rm -rf "$started" ${staging:+"$staging"}' EXIT
is_new=

sources=(.cargo Cargo.toml Cargo.lock deny.toml guide rust-toolchain.toml package-lock.json scripts shaders src wasm www)
built=target/site-built
if [ ! -e dist/index.html ] || changed "$built" "${sources[@]}"; then
  staging=$(mktemp -d target/site.XXXXXX)
  chmod 755 "$staging"
  scripts/site.sh "$staging"
  rm -rf dist
  mv "$staging" dist
  touch -r "$started" "$built"
  is_new=yes
fi

# The documentation is kept apart, because dist/ is made anew each time.
docs=target/docs
documents=(docs ./*.md benches/README.md examples/web training/README.md scripts/types.mjs www/ai.js www/element www/engine www/mamba.js www/models/default/*.md www/styles)
if [ ! -e "$docs" ] || changed "$docs-built" "${documents[@]}"; then
  node docs/site/build.mjs "$docs"
  touch -r "$started" "$docs-built"
  is_new=yes
fi

if [ -z "$is_new" ] && [ -e dist/docs ]; then
  say "dist/ is up to date"
  exit
fi
rm -rf dist/docs
cp -R "$docs" dist/docs
node scripts/pack.mjs dist
