#!/usr/bin/env bash
# The npm packages of package-lock.json: wasm-opt, the type checker, the browser drivers.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

oldest=20
version=$(node --version 2>/dev/null | tr -d v) || die "Node.js $oldest or newer is needed: https://nodejs.org"
[ "${version%%.*}" -ge "$oldest" ] || die "Node.js $oldest or newer is needed; this is $version: https://nodejs.org"

cmp -s package-lock.json node_modules/.installed-from && exit
say "npm ci"
npm ci --no-audit --no-fund --loglevel=error >&2
cp package-lock.json node_modules/.installed-from
