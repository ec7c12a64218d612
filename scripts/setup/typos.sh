#!/usr/bin/env bash
# typos, a spell checker for code: PyPI's copy of its release. Prints its path; nothing where there is no copy for this machine.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

folder=$TOOLS/typos-$TYPOS_VERSION
if [ ! -x "$folder/bin/typos" ]; then
  say "installing typos $TYPOS_VERSION"
  if ! { python3 -m venv "$folder" && "$folder/bin/pip" install --quiet --disable-pip-version-check --only-binary :all: "typos==$TYPOS_VERSION"; } >&2; then
    rm -rf "$folder"
    exit
  fi
fi
echo "$folder/bin/typos"
