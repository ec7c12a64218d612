#!/usr/bin/env bash
# setup.sh build | test: installs what is missing for that, and says what it does.
# If nothing is missing, it takes about a second.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
setup=$ROOT/scripts/setup

case ${1:-test} in
  build | test) ;;
  *) die "usage: $0 [build | test]" ;;
esac

"$setup/room.sh" "${1:-test}"
"$setup/rust.sh" >/dev/null
"$setup/node.sh"
"$setup/cargo-tool.sh" wasm-bindgen-cli "$WASM_BINDGEN_VERSION" "$WASM_BINDGEN_DIR" 1
rm -rf "$TOOLS/.build"
[ "${1:-test}" = build ] && exit

"$setup/browsers.sh" >/dev/null
"$setup/vulkan.sh"
"$setup/python.sh"
"$setup/typos.sh" >/dev/null
"$setup/deny.sh" >/dev/null
