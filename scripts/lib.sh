# shellcheck shell=bash
# Sourced by the other scripts: paths, versions, and helpers for messages.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# Tools go into the user's cache, so a second clone finds them ready. Nothing in ~/.cargo/bin
# or elsewhere on PATH is replaced.
TOOLS=${MAMBA_WEB_TOOLS:-${XDG_CACHE_HOME:-$HOME/.cache}/mamba-web/tools}

# The command must be the same version as the wasm-bindgen crate in Cargo.lock.
WASM_BINDGEN_VERSION=0.2.129
CARGO_DENY_VERSION=0.20.2
TYPOS_VERSION=1.52.0

WASM_BINDGEN_DIR=$TOOLS/wasm-bindgen-$WASM_BINDGEN_VERSION
PATH=$WASM_BINDGEN_DIR/bin:$ROOT/node_modules/.bin:$PATH
export PATH
export WASM_TARGET=wasm32-unknown-unknown

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }

# Runs a command, and shows its output only if it fails.
quietly() {
  local log status=0
  log=$(mktemp)
  "$@" >"$log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root, and there is no sudo: $*"
  fi
}

# Old package lists name files that no longer exist, so they are updated first.
apt_update() { quietly as_root apt-get update -qq; }
apt_install() {
  quietly as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "$@"
}
