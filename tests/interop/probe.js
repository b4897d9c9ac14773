/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Put into every page of the tests: looks at what a <video> really shows and plays. */

globalThis.probe = {
  /* Firefox counts those of a stream elsewhere. */
  frames(selector) {
    const video = document.querySelector(selector);
    return video?.mozPaintedFrames ?? video?.getVideoPlaybackQuality().totalVideoFrames ?? 0;
  },

  pixels(selector, points) {
    const video = document.querySelector(selector);
    const canvas = document.createElement('canvas');
    const context = canvas.getContext('2d', {willReadFrequently: true});

    if (!video?.videoWidth)
      return null;
    canvas.width = 70;
    canvas.height = 48;
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    return points.map(([x, y]) =>
      [...context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data].slice(0, 3));
  },

  /* Hz, 0 for silence */
  tone(selector) {
    const stream = document.querySelector(selector)?.srcObject;
    const [track] = stream?.getAudioTracks() ?? [];

    if (!track)
      return 0;
    if (this.heard !== track) {
      this.context ??= new AudioContext();
      this.heard = track;
      this.analyser = new AnalyserNode(this.context, {fftSize: 8192, smoothingTimeConstant: 0});
      this.context.createMediaStreamSource(new MediaStream([track])).connect(this.analyser);
    }
    const levels = new Float32Array(this.analyser.frequencyBinCount);
    this.analyser.getFloatFrequencyData(levels);
    const loudest = levels.indexOf(Math.max(...levels));
    return levels[loudest] > -60 ? loudest * this.context.sampleRate / this.analyser.fftSize : 0;
  },
};

/* What was decoded from the network, and how long after the opening of the page (ms). A browser also makes up a black
 * picture, at the end of a stream; that one has no RTP timestamp. */
probe.decoded = 0;
addEventListener('playing', ({target}) => {
  const count = (now, {rtpTimestamp}) => {
    if (rtpTimestamp !== undefined) {
      probe.decoded++;
      probe.firstPicture ??= Math.round(now);
    }
    target.requestVideoFrameCallback(count);
  };

  if (!target.counted)
    target.requestVideoFrameCallback(count);
  target.counted = true;
}, true);
