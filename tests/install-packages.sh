#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Installs what is missing of the named sets on Debian 12, and does nothing when all is there.
#   tests/install-packages.sh build run browser check
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

declare -A sets=(
  [build]="build-essential meson ninja-build pkg-config python3 gobject-introspection libgirepository1.0-dev
    libgstreamer1.0-dev libgstreamer-plugins-base1.0-dev libgstreamer-plugins-bad1.0-dev libsoup-3.0-dev
    libjson-glib-dev libssl-dev libx11-dev"
  [run]="gstreamer1.0-tools gstreamer1.0-plugins-base gstreamer1.0-plugins-good gstreamer1.0-plugins-bad
    gstreamer1.0-plugins-ugly gstreamer1.0-libav gstreamer1.0-nice"
  [browser]="chromium firefox-esr janus"
  [check]="clang-format gi-docgen gjs python3-gi python3-gst-1.0 gir1.2-gstreamer-1.0 gir1.2-gst-plugins-base-1.0
    gir1.2-gst-plugins-bad-1.0 gir1.2-soup-3.0 dbus-daemon gstreamer1.0-pipewire iproute2 openssl pipewire procps valac xvfb"
)

is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo --preserve-env=DEBIAN_FRONTEND "$@"; fi
}

install_packages() {
  local missing=() package
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "Installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  as_root apt-get update -qq </dev/null
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null
}

# The node of Debian 12 is too old for the tests; npm has a newer one.
install_node() {
  local needed=20 version
  version=$({ node --version 2>/dev/null || echo v0; } | sed 's/^v\([0-9]*\).*/\1/')
  [ "$version" -lt $needed ] || return 0
  command -v npm >/dev/null || install_packages nodejs npm
  [ ! -x build/node/node_modules/node/bin/node ] || return 0
  echo "Installing node $needed into build/node"
  npm install --prefix build/node --no-audit --no-fund --no-save --loglevel=error "node@$needed" </dev/null
}

install_modules() {
  local folder=tests/interop
  [ -f $folder/package-lock.json ] || return 0
  cmp --silent $folder/package-lock.json $folder/node_modules/.kurentopeer-installed && return 0
  echo "Installing the node modules of $folder"
  PATH=$PWD/build/node/node_modules/node/bin:$PATH \
    npm ci --prefix $folder --no-audit --no-fund --loglevel=error </dev/null
  cp $folder/package-lock.json $folder/node_modules/.kurentopeer-installed
}

for name in "$@"; do
  # A list of words.
  # shellcheck disable=SC2086
  install_packages ${sets[$name]}
  if [ "$name" = browser ]; then
    install_node
    install_modules
  fi
done
