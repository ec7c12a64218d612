#!/usr/bin/env bash
# sanitize.sh [FILTER...]: the crate's own native tests under AddressSanitizer, those of the code with `unsafe` in it if no
# filter is given. All dependencies are compiled once more for it, which takes many minutes, so `make test` does not call it.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/lib.sh"
cd "$ROOT"

[ $# -gt 0 ] || set -- backend::cpu backend::reference checkpoint state tokenizer conversation
host=$(rustc -vV | sed -n 's/^host: //p')
# A sanitizer is an unstable option of the compiler, so the variable is needed. With --target, build scripts are compiled
# without it.
RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Zsanitizer=address \
  cargo test --locked --lib --target "$host" --target-dir target/sanitize -- "$@"
