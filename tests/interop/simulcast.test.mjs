/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Simulcast, through a server that really does it. */

import assert from 'node:assert/strict';
import {join} from 'node:path';
import {describe, test} from 'node:test';

import {runElement} from './element.mjs';
import {here, until, untilEqual} from './harness.mjs';
import {startJanus} from './janus.mjs';

const sizes = [[160, 120], [320, 240], [640, 480]]; /* as Janus counts layers: from the lowest one */

/* The element's side: what it answers, and the size of the pictures that it sees. */
async function startPeer(context, pipeline) {
  let size = null;
  const peer = await runElement(context, ['/usr/bin/python3', join(here, 'simulcast-peer.py'), pipeline],
    (line, {events}) => {
      const event = JSON.parse(line);
      if (event.event === 'size')
        size = event.size;
      else
        events.push(event);
    });
  const ask = async (action, argument = null) => {
    const seen = peer.events.length;
    peer.say(JSON.stringify([action, argument]));
    const {error, ...answer} = await until(`${action} is answered`,
      () => peer.events.slice(seen).find(({event}) => event === `${action}-done`));
    assert.equal(error, null);
    return answer;
  };

  return {
    ...peer,
    ask,
    size: () => size,
    streams: async () => Object.values((await ask('get-stats')).stats).filter(({type}) => type === 'outbound-rtp'),
  };
}

async function publish(context, janus, codec) {
  const peer = await startPeer(context, 'videotestsrc is-live=true pattern=ball ! ' +
    `video/x-raw,width=640,height=480,framerate=20/1 ! kurentopeersendonly name=p simulcast=true video-codecs=${codec}`);
  const client = await janus.client();
  const {sdp: offer} = await peer.ask('generate-offer');

  await client.request({request: 'join', ptype: 'publisher', room: janus.room});
  const {sdp} = await client.request({request: 'publish'}, {type: 'offer', sdp: offer});
  assert.match(sdp, /a=simulcast:recv h;m;l/);
  await peer.ask('process-answer', sdp);
  await peer.event('connected');
  return peer;
}

async function subscribe(context, janus) {
  const peer = await startPeer(context,
    'kurentopeerrecvonly name=p p.video_src_0 ! fakesink name=v async=false sync=false');
  const client = await janus.client();
  const {participants: [{id}]} = await client.request({request: 'listparticipants', room: janus.room});
  const {sdp} = await client.request({request: 'join', ptype: 'subscriber', room: janus.room, streams: [{feed: id}]});
  const answer = await peer.ask('process-offer', sdp);

  await client.request({request: 'start'}, {type: 'answer', sdp: answer.sdp});
  await peer.event('connected');
  return {...peer, choose: (layer) => client.request({request: 'configure', streams: [{mid: '0', substream: layer}]})};
}

for (const codec of ['VP8', 'H264'])
  describe(`simulcast of ${codec} from the element by Janus to the element`, () => {
    test('each layer is seen when it is chosen, and the pictures go on', async (context) => {
      const janus = await startJanus(context);
      const publisher = await publish(context, janus, codec);
      const subscriber = await subscribe(context, janus);

      for (const layer of [2, 0, 1, 2, 1, 0]) {
        await subscriber.choose(layer);
        await untilEqual(`layer ${layer} is seen`, subscriber.size, sizes[layer]);
      }

      const streams = await publisher.streams();
      assert.deepEqual(streams.map(({rid}) => rid).sort(), ['h', 'l', 'm']);
      for (const {rid, frameWidth, pliCount, keyFramesEncoded} of streams) {
        assert.equal(frameWidth, {h: 640, m: 320, l: 160}[rid]);
        assert.ok(pliCount > 0 && keyFramesEncoded > 1, `${rid} was asked for keyframes`);
      }
    });
  });
