#!/usr/bin/env bash
# Brings what boots an enclave image on this machine: QEMU with the nitro-enclave machine, which Debian builds
# without, from Debian's own source; the vsock device beside it; their firmware. Debian 12 or later, x86-64.
# About 5 minutes on two cores, most of it the compiler's; 60 MB fetched, 50 MB kept.
#
#   bash adapters/tee-qemu/install.sh [FOLDER]     default: .cloister/enclave/qemu
#
# As root it also installs the libraries to build with; as anybody else they must be there.
set -euo pipefail

target=$(realpath -m "${1:-.cloister/enclave/qemu}")
suite=trixie       # QEMU 10.0
vsock_suite=sid    # vhost-device-vsock is in no release yet; it runs on glibc 2.34 or later
libraries=(build-essential dpkg-dev ninja-build pkgconf python3-venv
  libcbor-dev libfdt-dev libglib2.0-dev libgnutls28-dev libpixman-1-dev zlib1g-dev)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }

if [ "$(id -u)" = 0 ]; then
  step "libraries to build with"
  apt-get -qq update
  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${libraries[@]}" >"$work/install.log" 2>&1 ||
    { cat "$work/install.log"; exit 1; }
fi

step "source and firmware"
mirror=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(CREATED_BY) $(REPO_URI)' |
  sed -n 's/^Debian main Packages //p' | head -n 1)
[ -n "$mirror" ] || { echo "apt knows no Debian mirror here" >&2; exit 69; }
mkdir -p "$work"/{lists/partial,cache/archives/partial,packages,root}
source_of() {
  printf 'Types: deb deb-src\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: %s\n\n' \
    "$mirror" "$1" /usr/share/keyrings/debian-archive-keyring.gpg
}
{ source_of "$suite"; source_of "$vsock_suite"; } >"$work/enclave.sources"
cat >"$work/apt.conf" <<CONF
Dir::Etc::sourcelist "$work/enclave.sources";
Dir::Etc::sourceparts "-";
Dir::State::lists "$work/lists";
Dir::Cache "$work/cache";
APT::Default-Release "$suite";
APT::Sandbox::User "";
Acquire::Languages "none";
CONF
export APT_CONFIG=$work/apt.conf
apt-get -qq update
cd "$work/packages"
apt-get -qq download meson qemu-system-data seabios "vhost-device-vsock/$vsock_suite"
for package in *.deb; do dpkg-deb --extract "$package" "$work/root"; done
apt-get -qq source --download-only "qemu/$suite"
dpkg-source --no-check --extract qemu_*.dsc "$work/qemu" >/dev/null # apt checked its signature
unset APT_CONFIG

step "QEMU, of which only the two machines that are needed"
cd "$work/qemu"
printf 'CONFIG_MICROVM=y\nCONFIG_NITRO_ENCLAVE=y\nCONFIG_VHOST_USER_VSOCK=y\n' \
  >configs/devices/x86_64-softmmu/cloister.mak
mkdir build
cd build
export PYTHONPATH=$work/root/usr/lib/python3/dist-packages
../configure --python=/usr/bin/python3 --target-list=x86_64-softmmu \
  --without-default-features --without-default-devices --with-devices-x86_64=cloister \
  --enable-tcg --enable-kvm --enable-gnutls --enable-libcbor --enable-vhost-user --enable-pixman \
  --enable-fdt=system --disable-docs --disable-tools --disable-install-blobs --disable-download --disable-rust \
  >"$work/configure.log" || { tail -n 20 "$work/configure.log"; exit 1; }
ninja qemu-system-x86_64 >"$work/build.log" || { tail -n 20 "$work/build.log"; exit 1; }

step "into $target"
mkdir -p "$target"/{bin,firmware}
install --strip qemu-system-x86_64 "$work/root/usr/bin/vhost-device-vsock" "$target/bin/"
cp "$work/root/usr/share/seabios/bios-microvm.bin" "$target/firmware/"
cp "$work/root/usr/share/qemu/"{qboot.rom,linuxboot_dma.bin,kvmvapic.bin} "$target/firmware/"
step "done"
