/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What the page says when something goes wrong: what it is, and what can be done about it. */

/* What ends a session. Where there is no advice, there is what the other side says. */
const endings = {
  busy: ['Somebody else is connected', 'This side talks to one visitor at a time. The page connects as soon as they have left.'],
  token: ['The token is missing or wrong', 'Open the page with the whole address that you were given, with “?token=…” at its end.'],
  forbidden: ['The server does not accept this page', 'It does not know the address in your browser. Open the page by the address that the server says it listens at.'],
  full: ['The server has too many visitors', 'The page tries again by itself.'],
  away: ['The server does not answer', 'It has ended, or the network is down. The page connects by itself when it is back.'],
  gone: ['The server has gone', 'The page connects by itself when it is back.'],
  ended: ['The other side has ended the call', ''],
  refused: ['The other side refused the call', ''],
  unusable: ['The answer of the other side cannot be used', ''],
  silent: ['The other side does not answer', 'The server is there, but nothing behind it has answered in time.'],
  'no-route': ['No way through the network', 'Server and browser talk, but sound and picture find no way between them. A firewall or a VPN may be in between; a TURN server helps.'],
  lost: ['The connection was lost', 'The network between the two sides is down, or the other side has vanished.'],
  unsupported: ['This browser cannot make video calls', 'WebRTC is missing or turned off. Use a current Firefox, Chrome, Edge or Safari.'],
};

const certificate = 'If it was started anew, its certificate may be new too: reload the page, and accept it.';

/* `reload`: the page should offer to be loaded again. */
export function wordsForEnd(kind, detail) {
  const [title, advice] = endings[kind];
  const reload = location.protocol === 'https:' && (kind === 'away' || kind === 'gone');
  const said = detail && !advice ? `It says: ${detail}` : '';

  return {title, advice: [advice, said, reload ? certificate : ''].filter(Boolean).join(' '), reload};
}

/* What keeps a camera or a microphone from being used. `wanted` says which: "camera or microphone", "camera", ... */
export function wordsForDevice(error, wanted) {
  if (!window.isSecureContext)
    return {title: `The ${wanted} cannot be used here`, advice: 'Browsers give camera and microphone only to pages on localhost or over https. Open this page that way, or listen and chat.'};
  switch (error.name) {
    case 'NotAllowedError':
      return {title: `The ${wanted} was not allowed`, advice: 'Allow it for this page, by the icon beside the address, and try again.'};
    case 'NotFoundError':
      return {title: `There is no ${wanted}`, advice: 'Plug one in and try again, or listen and chat.'};
    case 'NotReadableError':
      return {title: `The ${wanted} is in use`, advice: 'Another program has it. End that program and try again.'};
    case 'OverconstrainedError':
      return {title: `That ${wanted} is not there any more`, advice: 'Choose another one.'};
    default:
      return {title: `The ${wanted} cannot be used`, advice: `The browser says: ${error.message}`};
  }
}

export const unplugged = (name) => ({title: `The ${name} has stopped`, advice: 'It was unplugged, or taken by something else. Choose one under Devices.'});
export const interrupted = {title: 'The connection is interrupted', advice: 'The page waits for it to come back.'};
export const wordsForRefusal = (error) => ({title: 'The browser refuses that', advice: `It says: ${error.message}`});
