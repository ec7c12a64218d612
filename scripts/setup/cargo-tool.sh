#!/usr/bin/env bash
# cargo-tool.sh CRATE VERSION FOLDER OPT_LEVEL [cargo install's options]: builds a command
# line tool into FOLDER, unless it is there.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

crate=$1 version=$2 folder=$3 opt_level=$4
shift 4
[ -e "$folder/.crates.toml" ] && exit
command -v cc >/dev/null || { apt_update; apt_install gcc libc6-dev; }

say "building $crate $version (a few minutes, once)"
cd "$ROOT"
# One build folder for all tools, because they share crates. They run for seconds and
# compile for minutes, so options that make the compiler slow are off.
env -u RUSTUP_TOOLCHAIN -u RUSTFLAGS -u CARGO_BUILD_TARGET \
  CARGO_TARGET_DIR="$TOOLS/.build" \
  CARGO_PROFILE_RELEASE_OPT_LEVEL="$opt_level" CARGO_PROFILE_RELEASE_LTO=off \
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_PROFILE_RELEASE_DEBUG=false \
  CARGO_PROFILE_RELEASE_STRIP=true \
  cargo install "$crate" --version "=$version" --locked --quiet --root "$folder" "$@" >&2
