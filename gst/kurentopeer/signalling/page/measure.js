/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* From the reports of getStats() to what a person wants to know. Nothing here knows the page. */

const paths = {
  host: 'direct',
  srflx: 'direct, through a NAT',
  prflx: 'direct, through a NAT',
  relay: 'through a TURN server',
};

const positive = (value) => Number.isFinite(value) ? Math.max(0, value) : undefined;
const milliseconds = (seconds) => seconds === undefined ? undefined : seconds * 1000;

function findPair(report) {
  const all = [...report.values()];
  const transport = all.find(({type, selectedCandidatePairId}) => type === 'transport' && selectedCandidatePairId);

  return report.get(transport?.selectedCandidatePairId)
    ?? all.find(({type, selected}) => type === 'candidate-pair' && selected)
    ?? all.find(({type, nominated, state}) => type === 'candidate-pair' && nominated && state === 'succeeded');
}

function describePath(report, pair) {
  const ends = [report.get(pair?.localCandidateId), report.get(pair?.remoteCandidateId)].filter(Boolean);
  const kinds = ends.map(({candidateType}) => candidateType);
  const kind = ['relay', 'srflx', 'prflx', 'host'].find((candidate) => kinds.includes(candidate));

  return kind && `${paths[kind]}, ${ends[0].protocol.toUpperCase()}`;
}

/* Makes sense of one report after the other: what is counted becomes what happened since the last one. */
export class Meter {
  #last = new Map();

  /* {connection, inVideo, inAudio, outVideo, outAudio}; a stream that is not there is undefined, and so is a value that
   * the browser does not tell. bit/s, ms, %, pictures a second. */
  read(report) {
    const found = {connection: this.#readConnection(report)};

    for (const stat of report.values())
      if (stat.type === 'inbound-rtp')
        found[`in${stat.kind === 'video' ? 'Video' : 'Audio'}`] = this.#readInbound(report, stat);
      else if (stat.type === 'outbound-rtp')
        found[`out${stat.kind === 'video' ? 'Video' : 'Audio'}`] = this.#readOutbound(report, stat);
    this.#last = new Map([...report.values()].map((stat) => [stat.id, stat]));
    return found;
  }

  #readConnection(report) {
    const pair = findPair(report);
    const echo = [...report.values()].find(({type, roundTripTime}) =>
      /^remote-(inbound|outbound)-rtp$/.test(type) && roundTripTime !== undefined);

    return {
      roundTrip: milliseconds(pair?.currentRoundTripTime ?? echo?.roundTripTime),
      path: describePath(report, pair),
    };
  }

  #readInbound(report, stat) {
    const lost = this.#since(stat, 'packetsLost');
    const received = this.#since(stat, 'packetsReceived');

    return {
      ...this.#readStream(report, stat, 'bytesReceived'),
      loss: positive(100 * Math.max(0, lost) / (Math.max(0, lost) + received)),
      buffer: milliseconds(positive(this.#since(stat, 'jitterBufferDelay') / this.#since(stat, 'jitterBufferEmittedCount'))),
    };
  }

  #readOutbound(report, stat) {
    const remote = report.get(stat.remoteId);

    return {
      ...this.#readStream(report, stat, 'bytesSent'),
      loss: remote?.fractionLost === undefined ? undefined : positive(100 * remote.fractionLost),
    };
  }

  #readStream(report, stat, bytes) {
    const seconds = this.#since(stat, 'timestamp') / 1000;
  
    return {
      bitrate: positive(8 * this.#since(stat, bytes) / seconds),
      frames: stat.framesPerSecond,
      size: stat.frameWidth && `${stat.frameWidth} × ${stat.frameHeight}`,
      codec: report.get(stat.codecId)?.mimeType.replace(/.*\//, '').replace(/^opus$/i, 'Opus'),
    };
  }

  /* NaN for what is not known. */
  #since(stat, name) {
    return stat[name] - this.#last.get(stat.id)?.[name];
  }
}
