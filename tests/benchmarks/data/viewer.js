/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Two peers in one page: what data.c does, by the browser. */
const HIGH_MARK = 1024 * 1024; /* bytes that wait in the channel */
const LOW_MARK = 256 * 1024;
const PINGS = 200;
const DEADLINE = 10000; /* ms */

/* With all candidates. */
async function describe(peer) {
  await peer.setLocalDescription();
  while (peer.iceGatheringState !== 'complete') await new Promise((resolve) => (peer.onicegatheringstatechange = resolve));
  return peer.localDescription;
}

async function connect(label) {
  const [sender, receiver] = [new RTCPeerConnection(), new RTCPeerConnection()];
  const channel = Object.assign(sender.createDataChannel(label), {binaryType: 'arraybuffer', bufferedAmountLowThreshold: LOW_MARK});
  const other = new Promise((resolve) => (receiver.ondatachannel = (event) => resolve(event.channel)));

  await receiver.setRemoteDescription(await describe(sender));
  await sender.setRemoteDescription(await describe(receiver));
  if (channel.readyState !== 'open') await new Promise((resolve) => (channel.onopen = resolve));
  return {sender, receiver, channel, other: Object.assign(await other, {binaryType: 'arraybuffer'})};
}

/* ms; the median, or null when the channel stalls: it does on a machine that is busy, after a loss */
async function roundTrip({channel, other}, message) {
  const stalled = new Promise((resolve) => setTimeout(resolve, DEADLINE));
  const times = [];

  other.onmessage = ({data}) => other.send(data);
  for (let i = 0; i < PINGS; i++) {
    const start = performance.now();
    const echo = new Promise((resolve) => (channel.onmessage = resolve));
    channel.send(message);
    if (!(await Promise.race([echo, stalled]))) return null;
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[PINGS / 2];
}

/* MB/s */
async function throughput({channel, other}, message, seconds) {
  const end = new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  let received = 0;
  let ended = false;

  end.then(() => (ended = true));
  other.onmessage = ({data}) => (received += data.byteLength);
  while (!ended) {
    while (channel.bufferedAmount < HIGH_MARK) channel.send(message);
    await Promise.race([end, new Promise((resolve) => (channel.onbufferedamountlow = resolve))]);
  }
  return received / seconds / 1e6 || null;
}

window.measure = async (size, seconds) => {
  const call = await connect('data');
  const message = new Uint8Array(size);
  const result = {roundTrip: await roundTrip(call, message), throughput: await throughput(call, message, seconds)};

  call.sender.close();
  call.receiver.close();
  return result;
};
