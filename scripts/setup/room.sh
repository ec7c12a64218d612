#!/usr/bin/env bash
# room.sh build | test: ends with a sentence if the disk has too little room for what is not there yet. A full disk
# otherwise shows itself half an hour later, in the words of whatever wrote last.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

# As measured in a bare clone, in 10^9 bytes.
BUILD_GB=5 PYTHON_GB=7 TESTS_GB=6 # PyTorch is unpacked from an archive of 2 GB

needed=0
[ -e target ] || needed=$((needed + BUILD_GB))
if [ "${1:-test}" = test ]; then
  [ -e .venv/.installed-from ] || needed=$((needed + PYTHON_GB))
  [ -e target/debug ] || needed=$((needed + TESTS_GB))
fi
free=$(df -Pk . | awk 'NR == 2 { print int($4 * 1024 / 1e9) }')
[ "$free" -ge "$needed" ] || die "what is missing takes about $needed GB, and the disk of $ROOT has $free GB free. Make room and try again."
