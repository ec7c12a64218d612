#!/usr/bin/env bash
# Runs every check and test, the cheapest first, and stops at the first step that fails. Ends
# with the sum of the test runners' reports, such as `123 passed, 0 failed`.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Adds up the summary lines of nextest, cargo test, pytest and node --test.
total() {
  awk '
    function add(line,   n, words, i) {
      n = split(line, words, /[ ,;=]+/)
      for (i = 2; i <= n; i++) {
        if (words[i] ~ /^passed/) passed += words[i - 1]
        if (words[i] ~ /^(failed|errors?$)/) failed += words[i - 1]
        if (words[i] ~ /^(skipped|ignored)/) skipped += words[i - 1]
      }
    }
    { gsub(/\033\[[0-9;]*m/, "") }
    /^ *Summary \[.*tests? run:/ { sub(/^.*run:/, ""); gsub(/\([^)]*\)/, ""); add($0) }
    /^test result:/ { add($0) }
    /^=* ?[0-9]+ (passed|failed|skipped|errors?).* in [0-9.]+s/ { add($0) }
    /^(ℹ|#) pass [0-9]+$/ { passed += $3 }
    /^(ℹ|#) (fail|cancelled) [0-9]+$/ { failed += $3 }
    /^(ℹ|#) (skipped|todo) [0-9]+$/ { skipped += $3 }
    END {
      if (skipped) printf "%d skipped\n", skipped
      printf "%d passed, %d failed\n", passed, failed
    }' "$log"
}

# step NAME COMMAND...
step() {
  local name=$1 started=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if ! "$@" 2>&1 | tee -a "$log"; then
    printf '\n'
    total
    die "failed at: $name"
  fi
  printf '== %s: %d s\n' "$name" $((SECONDS - started))
}

wasm() { RUSTUP_TOOLCHAIN=$wasm_toolchain CARGO_BUILD_TARGET=$WASM_TARGET "$@"; }

native_tests() {
  if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --locked --features lab --no-fail-fast --status-level fail
  else
    cargo test --locked --features lab --lib --tests --examples --no-fail-fast
  fi && cargo test --locked --features lab --doc
}

wasm_tests() {
  wasm cargo test --locked --lib --test wasm --test memory || return
  # Node 20 computes relaxed products wrongly, so these run in Chromium.
  if [ -z "${CHROMEDRIVER:-}" ]; then
    say "no chromedriver: the kernels with relaxed SIMD are not tested (CHROMEDRIVER names one)."
    return
  fi
  WASM_BINDGEN_USE_BROWSER=1 WASM_BINDGEN_TEST_TIMEOUT=180 wasm cargo test --locked --lib --features relaxed-simd
}

type_check() { tsc -p . && tsc -p tests && tsc -p benches; }

python_tests() { .venv/bin/python -m pytest -q training/tests; }

# A file that hangs fails, so that the others are reported.
node_tests() { node --test --test-timeout=600000 --test-reporter=spec "$@"; }

# What needs no browser: the scripts, and the logic of www/.
script_tests() { node_tests scripts/*.test.mjs tests/js/*.test.mjs; }

# What npm gets, in a fresh folder.
package_tests() { node scripts/package.mjs && node_tests tests/package/*.test.mjs; }

browser_tests() { node scripts/browser-tests.mjs; }

scripts/setup.sh test
wasm_toolchain=$(scripts/setup/rust.sh)
browsers=$(scripts/setup/browsers.sh)
eval "$browsers"

step "spelling" scripts/typos.sh
step "formatting" cargo fmt --check
step "clippy" cargo clippy --locked --features lab --all-targets -- -D warnings
step "clippy, wasm32" wasm cargo clippy --locked --features lab --lib -- -D warnings
step "licences, sources and doubles" scripts/deny.sh
step "native tests" native_tests
step "wasm tests" wasm_tests
step "the site" scripts/build.sh
step "JavaScript types" type_check
step "script tests" script_tests
step "Python tests" python_tests
step "the package" package_tests
step "browser tests" browser_tests

printf '\n'
total
