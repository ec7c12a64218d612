#!/usr/bin/env bash
# The browsers that the tests drive. Prints `export CHROME=...` and the like, for `eval`.
# Browsers of the environment or PATH come first, then Debian's packages. Chromium is
# required. Firefox and WebKit (WebKitGTK's small browser and a screen for it) may be missing; their tests then say so.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

find_first() {
  local candidate
  for candidate; do command -v "$candidate" 2>/dev/null && return; done
  return 1
}
find_chrome() {
  find_first ${CHROME:+"$CHROME"} chromium chromium-browser google-chrome google-chrome-stable \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"
}
find_firefox() {
  find_first ${FIREFOX:+"$FIREFOX"} firefox-esr firefox /Applications/Firefox.app/Contents/MacOS/firefox
}
find_driver() { find_first ${CHROMEDRIVER:+"$CHROMEDRIVER"} chromedriver; }

missing=()
find_chrome >/dev/null || missing+=(chromium)
find_driver >/dev/null || missing+=(chromium-driver)
find_firefox >/dev/null || missing+=(firefox-esr)
command -v WebKitWebDriver >/dev/null || missing+=(webkit2gtk-driver)
command -v Xvfb >/dev/null || missing+=(xvfb)
if [ "${#missing[@]}" -gt 0 ] && grep -qs '^ID=debian' /etc/os-release; then
  say "apt-get install ${missing[*]}"
  apt_update
  apt_install "${missing[@]}"
fi

chrome=$(find_chrome) || die "the tests need Chromium or Chrome; install one, or name it in CHROME."
printf 'export CHROME=%q\n' "$chrome"
if driver=$(find_driver); then printf 'export CHROMEDRIVER=%q\n' "$driver"; fi
if firefox=$(find_firefox); then
  printf 'export FIREFOX=%q\n' "$firefox"
else
  say "no Firefox: its tests will be skipped (FIREFOX names one)."
fi
