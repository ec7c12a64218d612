#!/usr/bin/env bash
# The npm packages of package-lock.json (wasm-opt, the type checker, the browser drivers), and of the documentation.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

oldest=20
version=$(node --version 2>/dev/null | tr -d v) || die "Node.js $oldest or newer is needed: https://nodejs.org"
[ "${version%%.*}" -ge "$oldest" ] || die "Node.js $oldest or newer is needed; this is $version: https://nodejs.org"

for folder in . docs/site; do
  cmp -s "$folder/package-lock.json" "$folder/node_modules/.installed-from" && continue
  say "npm ci in $folder"
  npm ci --prefix "$folder" --no-audit --no-fund --loglevel=error >&2
  cp "$folder/package-lock.json" "$folder/node_modules/.installed-from"
done
