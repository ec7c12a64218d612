#!/usr/bin/env bash
# Gets a Rust that builds for wasm32-unknown-unknown, and the source of its standard library,
# which the build with threads compiles again. Prints its rustup name, to be used as
# RUSTUP_TOOLCHAIN for the wasm builds.
#
# The first choice is rustup's own target for the toolchain in rust-toolchain.toml. If
# rustup cannot fetch it (its server cannot be reached, or RUSTUP_AUTO_INSTALL=0 forbids
# it), the script uses Debian's rustc-web, and compiles its standard library for wasm from
# Debian's source of the same rustc. WASM_STD=debian chooses this way at once.
set -euo pipefail
# shellcheck source=scripts/lib.sh
. "$(dirname "$0")/../lib.sh"
cd "$ROOT"

name=debian-wasm             # the rustup name of the toolchain made from Debian's packages
dest=$TOOLS/$name
layout=2                     # raise when what is laid into $dest changes
oldest=1.95                  # the oldest Debian rustc that can build the crate

may_fetch() { [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ]; }

has_std() { compgen -G "$1/lib/rustlib/$WASM_TARGET/lib/libstd-*.rlib" >/dev/null; }

command -v rustup >/dev/null || die "Rust is needed first: install rustup as https://rustup.rs says."

# Always the toolchain of rust-toolchain.toml, whatever the caller has chosen.
unset RUSTUP_TOOLCHAIN
channel=$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)
if ! host_sysroot=$(rustc --print sysroot 2>/dev/null); then
  may_fetch || die "Rust $channel is not installed, and RUSTUP_AUTO_INSTALL=0 forbids rustup to fetch it."
  say "installing Rust $channel with rustup"
  rustup toolchain install "$channel" --profile minimal --component rustfmt,clippy >&2
  host_sysroot=$(rustc --print sysroot)
fi
for tool in cargo-clippy rustfmt; do
  [ -x "$host_sysroot/bin/$tool" ] && continue
  may_fetch || die "$tool is not installed, and RUSTUP_AUTO_INSTALL=0 forbids rustup to fetch it."
  rustup component add --toolchain "$channel" "${tool#cargo-}" >&2
done

from_rustup() {
  has_std "$host_sysroot" && [ -e "$host_sysroot/lib/rustlib/src/rust/library/Cargo.lock" ] && return
  may_fetch || return 1
  say "rustup target add $WASM_TARGET, and rust-src"
  # No retries: if rustup's server cannot be reached, there is another way.
  RUSTUP_MAX_RETRIES=0 timeout 600 rustup target add --toolchain "$channel" "$WASM_TARGET" >&2 &&
    RUSTUP_MAX_RETRIES=0 timeout 600 rustup component add --toolchain "$channel" rust-src >&2
}
if [ "${WASM_STD:-}" != debian ] && from_rustup; then
  echo "$channel"
  exit
fi

stamp="layout $layout, $(rustc -V)"
linked() { [ "$(readlink "$(rustup show home)/toolchains/$name")" = "$dest" ]; }
if [ "$(cat "$dest/.stamp" 2>/dev/null)" = "$stamp" ] && LD_LIBRARY_PATH=$dest/lib "$dest/bin/rustc" -V >/dev/null 2>&1; then
  linked || rustup toolchain link "$name" "$dest"
  echo "$name"
  exit
fi

command -v apt-get >/dev/null ||
  die "rustup could not add $WASM_TARGET, and the other way needs Debian's apt-get."
apt_update
candidate() { apt-cache policy "$1" | awk '/Candidate:/ {print $2}'; }
version=$(candidate rust-web-src)
dpkg --compare-versions "${version:-0}" ge "$oldest" ||
  die "Debian's rust-web-src is ${version:-not there}; $oldest or newer is needed."
# The compiler and the standard library must come from the same source package.
for package in rustc-web libstd-rust-web-dev rust-web-clippy; do
  [ "$(candidate $package)" = "$version" ] ||
    die "Debian's $package is $(candidate $package), but rust-web-src is $version."
done
depends() { apt-cache depends "$1=$version" | awk -v p="$2" '$1 == "Depends:" && $2 ~ p {print $2; exit}'; }
std=$(depends libstd-rust-web-dev '^libstd-rust-web-')
llvm=$(depends "$std" '^libllvm')

say "Debian's rustc-web $version and its standard library for $WASM_TARGET, into $dest"
apt_install "$llvm" gcc libc6-dev

mkdir -p "$TOOLS"
tmp=$(mktemp -d "$TOOLS/.$name.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
chmod 755 "$tmp"
new=$tmp/toolchain
mkdir -p "$new" "$tmp/packages" "$tmp/build/src" "$tmp/build/.cargo"
# apt-get download checks every file against the signed index.
(cd "$tmp/packages" && quietly apt-get download -qq "rustc-web=$version" "$std=$version" \
  "libstd-rust-web-dev=$version" "rust-web-clippy=$version" "rust-web-src=$version")
for package in "$tmp"/packages/{rustc-web,libstd-,rust-web-clippy}*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x -C "$new" --strip-components=2 --exclude=./usr/share ./usr
done
src=$new/lib/rustlib/src/rust
mkdir -p "$src"
dpkg-deb --fsys-tarfile "$tmp"/packages/rust-web-src_*.deb |
  tar -x -C "$src" --strip-components=4 --wildcards './usr/src/rustc-*/library'
(cd "$new/lib" && ln -s x86_64-linux-gnu/librustc_driver-*.so .)
# cargo, rustfmt and the wasm linker are the host toolchain's.
for tool in cargo cargo-fmt rustfmt; do ln -sf "$host_sysroot/bin/$tool" "$new/bin/$tool"; done
linkers=lib/rustlib/x86_64-unknown-linux-gnu/bin
mkdir -p "$new/$linkers"
ln -sf "$host_sysroot/$linkers/rust-lld" "$new/$linkers/rust-lld"

# The standard library, from that source and the crates packed with it, offline. Its messages name its files and become
# part of the wasm, so they must not name this machine's folders.
flags="-Cembed-bitcode=yes"$'\x1f'"--remap-path-prefix=$tmp=build"$'\x1f'"--remap-path-prefix=$src=rust" # the last that fits
: > "$tmp/build/src/lib.rs"
printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n' > "$tmp/build/Cargo.toml"
printf '[source.crates-io]\nreplace-with = "vendored"\n[source.vendored]\ndirectory = "%s"\n' \
  "$src/library/vendor" > "$tmp/build/.cargo/config.toml"
(cd "$tmp/build" && env -u CARGO_BUILD_TARGET -u CARGO_TARGET_DIR CARGO_ENCODED_RUSTFLAGS="$flags" \
  LD_LIBRARY_PATH="$new/lib" RUSTC="$new/bin/rustc" RUSTC_BOOTSTRAP=1 \
  "$host_sysroot/bin/cargo" build -q --release --offline --target "$WASM_TARGET" --target-dir target \
  -Z build-std=std,panic_abort,panic_unwind,proc_macro,test >&2)
rm -f "$tmp/build/target/$WASM_TARGET"/release/deps/libempty-*
mkdir -p "$new/lib/rustlib/$WASM_TARGET/lib"
cp "$tmp/build/target/$WASM_TARGET"/release/deps/*.rlib "$new/lib/rustlib/$WASM_TARGET/lib/"

echo "$stamp" > "$new/.stamp"
rm -rf "$dest"
mv "$new" "$dest"
linked || rustup toolchain link "$name" "$dest"
echo "$name"
