/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* An application that signals by the actions and events of the element, and is told by a test what to do. `loss`: of RTP packets,
 * in per cent of those that may get lost. */

import assert from 'node:assert/strict';
import {join} from 'node:path';

import {runElement} from './element.mjs';
import {here, until} from './harness.mjs';

export async function startApplication(test, pipeline, properties = {}, loss = 0) {
  const command = ['/usr/bin/python3', join(here, 'application.py'), pipeline, JSON.stringify(properties), `${loss}`];
  const peer = await runElement(test, command, (line, {events}) => events.push(JSON.parse(line)));
  /* the answer to an action, whatever it is */
  const request = async (...action) => {
    const before = peer.events.length;
    peer.say(JSON.stringify(action));
    return until(`${action[0]} is answered`,
      () => peer.events.slice(before).find(({event}) => event === `${action[0]}-done`));
  };

  return {
    ...peer,
    request,
    set: (property, value) => peer.say(JSON.stringify(['set', property, value])),
    async ask(...action) {
      const answer = await request(...action);
      assert.equal(answer.error, null);
      return answer;
    },
  };
}
