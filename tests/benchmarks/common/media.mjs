/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Parts of gst-launch lines: the same source, size, rate, and the settings of kurentopeer's codec table, for all. */
import os from 'node:os';

const BITRATE = 600000; /* bit/s; kurentopeer's default */
export const LATENCY = 60; /* ms; kurentopeer's default */
const THREADS = Math.min(Math.max(Math.floor(os.cpus().length / 2), 1), 4); /* as kurentopeer has it */

export const SOURCE = 'videotestsrc is-live=true ! video/x-raw,width=1280,height=720,framerate=30/1';

const CODECS = {
  VP8: {
    encoder:
      'vp8enc deadline=1 lag-in-frames=0 end-usage=cbr error-resilient=default keyframe-mode=disabled ' +
      'keyframe-max-dist=2000 buffer-initial-size=100 buffer-optimal-size=120 buffer-size=150 ' +
      'max-intra-bitrate=250 undershoot=95 overshoot=15 cpu-used=-8 token-partitions=4 ' +
      `target-bitrate=${BITRATE}`,
    caps: '',
    payloader: 'rtpvp8pay picture-id-mode=15-bit mtu=1200',
    fields: '',
    decoder: 'rtpvp8depay ! vp8dec threads=1',
  },
  H264: {
    encoder:
      'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=2560 b-adapt=false vbv-buf-capacity=120 ' +
      `byte-stream=true aud=false bitrate=${BITRATE / 1000}`,
    caps: ' ! video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au',
    payloader: 'rtph264pay config-interval=-1 aggregate-mode=zero-latency mtu=1200',
    fields: ',packetization-mode=(string)1,profile-level-id=(string)42e01f',
    decoder: 'rtph264depay ! h264parse ! avdec_h264 thread-type=slice output-corrupt=false',
  },
};

export const encoder = (codec, threads = THREADS) => `${CODECS[codec].encoder} threads=${threads}${CODECS[codec].caps}`;
export const encode = (codec) => `videoconvertscale dither=none chroma-mode=none n-threads=2 ! ${encoder(codec)}`;
export const pay = (codec) => CODECS[codec].payloader;
export const decode = (codec) => `${CODECS[codec].decoder} ! videoconvertscale`;

/* What the client offers and receives. */
export const rtpCaps = (codec) =>
  `application/x-rtp,media=video,encoding-name=${codec},clock-rate=90000,payload=96${CODECS[codec].fields}`;
