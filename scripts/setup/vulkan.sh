#!/usr/bin/env bash
# A Vulkan driver, which the native tests of the GPU backend need: the machine's own, or Debian's Mesa, whose lavapipe
# computes on the CPU. Firefox's WebGPU uses it too.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"

has_driver() {
  [ -n "${VK_DRIVER_FILES:-}${VK_ICD_FILENAMES:-}" ] && return
  compgen -G '/usr/share/vulkan/icd.d/*.json' >/dev/null || compgen -G '/etc/vulkan/icd.d/*.json' >/dev/null
}
# `ldconfig` is not on everyone's PATH.
has_loader() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -F 'libvulkan.so.1' >/dev/null; }

if { ! has_loader || ! has_driver; } && grep -qs '^ID=debian' /etc/os-release; then
  say "apt-get install libvulkan1 mesa-vulkan-drivers"
  apt_update
  apt_install libvulkan1 mesa-vulkan-drivers
fi
