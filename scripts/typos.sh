#!/usr/bin/env bash
# Looks for misspelt words (_typos.toml).
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

typos=$("$ROOT/scripts/setup/typos.sh")
if [ -n "$typos" ]; then "$typos"
else say "there is no typos for this machine, so the spelling was not checked."
fi
