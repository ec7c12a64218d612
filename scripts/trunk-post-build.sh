#!/usr/bin/env bash
# Trunk runs this when it has built the page, before it goes to dist/: the site is made as `make build` makes it, so that
# `trunk serve` shows the same while one works on it.
set -euo pipefail
find "$TRUNK_STAGING_DIR" -mindepth 1 -delete
exec "$TRUNK_SOURCE_DIR/../scripts/site.sh" "$TRUNK_STAGING_DIR" "$TRUNK_PROFILE"
