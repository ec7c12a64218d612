#!/usr/bin/env bash
# A virtual environment in .venv with what training/ and its tests need. PyTorch is the
# large part: about 5 GB on disk, because its usual build includes CUDA.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

requirements=training/requirements.txt
cmp -s "$requirements" .venv/.installed-from && [ -x .venv/bin/python ] && exit

command -v python3 >/dev/null || die "Python 3.10 or newer is needed for training/."
if [ ! -x .venv/bin/python ]; then
  say "making .venv"
  if ! python3 -c 'import ensurepip' 2>/dev/null && grep -qs '^ID=debian' /etc/os-release; then
    apt_update
    apt_install python3-venv
  fi
  python3 -m venv .venv
fi
say "pip install -r $requirements (a minute or more, once)"
# --no-compile: Python compiles the few files that are imported when they are.
.venv/bin/python -m pip install --quiet --no-compile --disable-pip-version-check -r "$requirements" >&2
cp "$requirements" .venv/.installed-from
