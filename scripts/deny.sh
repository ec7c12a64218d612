#!/usr/bin/env bash
# Checks the licences, sources and doubles of all crates with cargo-deny, and whether any is known to be unsafe (deny.toml).
# The list of unsafe ones lies on GitHub. If that cannot be reached, this says so and checks the rest.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

deny=$("$ROOT/scripts/setup/deny.sh")
# All crates are there: the compiler has just had them, or fetches them here.
cargo fetch --locked --quiet
"$deny" --offline --locked check licenses sources bans
if "$deny" fetch db >/dev/null 2>&1; then
  "$deny" --locked check advisories
else
  say "the list of unsafe crates could not be fetched, so it was not checked."
fi
