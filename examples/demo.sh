#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A test picture and a tone for the browser, and the browser's camera, microphone and chat in return, with one
# gst-launch line. Installs and builds what is missing first.
#   examples/demo.sh [--port N]            until Ctrl-C
#   examples/demo.sh [--port N] --check    headless Chromium calls, and must get and send moving pictures
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

port=8080
check=no
while [ $# -gt 0 ]; do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --check) check=yes; shift ;;
    *) echo "usage: $0 [--port N] [--check]" >&2; exit 2 ;;
  esac
done
readonly port check plugin=gst/kurentopeer/plugin/libgstkurentopeer.so
readonly address=http://127.0.0.1:$port/

quietly() {
  local log=build/demo.log
  "$@" >"$log" 2>&1 || { cat "$log"; exit 1; }
}

tests/install-packages.sh build run
mkdir -p build
[ -f build/build.ninja ] || quietly meson setup build
quietly ninja -C build "$plugin"
GST_PLUGIN_PATH=$PWD/build/$(dirname "$plugin")
export GST_PLUGIN_PATH GST_REGISTRY=$PWD/build/demo-registry.bin

# What comes from the browser is decoded; the log tells how bright the picture and how loud the sound is.
line=(
  gst-launch-1.0 --messages
  kurentopeer name=peer "signaller-uri=serve+$address" data-channels=true
  videotestsrc is-live=true pattern=ball ! video/x-raw,width=640,height=480,framerate=30/1 ! peer.
  audiotestsrc is-live=true volume=0.2 ! peer.
  peer.video_src_0 ! videoconvert ! videoanalyse ! fakesink
  peer.audio_src_0 ! audioconvert ! level interval=1000000000 ! fakesink
)

# The messages of the bus in a form to read: of the pictures each thirtieth, and nothing of what is of no interest.
narrate() {
  local message pictures=0
  trap '' INT
  while IFS= read -r message; do
    if [[ $message =~ GstVideoAnalyse.*luma-average=\(double\)([0-9.]+) ]]; then
      [ $((pictures++ % 30)) -ne 0 ] || echo "received picture $pictures: brightness ${BASH_REMATCH[1]:0:5}"
    elif [[ $message =~ level,.*rms=\(GValueArray\)\<\ (-[0-9.]+) ]]; then
      echo "received sound: ${BASH_REMATCH[1]:0:5} dB"
    elif [[ $message =~ \(element\):\ (kurentopeer/.*) ]]; then
      echo "${BASH_REMATCH[1]:0:160}"
    elif [[ ! $message =~ ^(Got message|Redistribute|New clock|Progress) ]]; then
      echo "$message"
    fi
  done
}

if [ $check = yes ]; then
  tests/install-packages.sh browser
  PATH=$PWD/build/node/node_modules/node/bin:$PATH exec node examples/demo-check.mjs "$address" "${line[@]}"
fi

echo "Open $address in a browser. Ctrl-C ends."
exec "${line[@]}" > >(narrate) 2>&1
