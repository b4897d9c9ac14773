#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-inspect-1.0 shows each factory, without a complaint, and with every property, signal and action."""
import subprocess

PROPERTIES = ('mode id send-source media-constraints configuration stun-server turn-server ice-transport-policy '
              'hark video-codecs audio-codecs start-bitrate max-bitrate simulcast simulcast-layers simulcast-pads latency do-retransmission do-fec data-channels '
              'data-channel-config '
              'post-data-messages data-channel local-video remote-video remote-audio '
              'peer-connection signaller-uri signaller connection-state ice-connection-state ice-gathering-state '
              'signaling-state local-description remote-description local-candidates local-stream '
              'remote-stream').split()
SIGNALS = ('offer-created answer-created ice-candidate candidate-gathering-done negotiation-needed stream-added '
           'stream-ended data-channel-open data-channel-close data-channel-error data-channel-buffered-amount-low '
           'data-channel-message speaking stopped-speaking connected disconnected reconnecting reconnected peer-error server-event').split()
ACTIONS = ('generate-offer process-offer process-answer add-ice-candidate send-string send-data '
           'create-data-channel get-current-frame get-current-local-frame show-local-video close '
           'request-keyframe get-stats').split()


def inspect(name):
    done = subprocess.run(['gst-inspect-1.0', name], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == '', done.stderr
    return done.stdout


for factory in ('kurentopeer', 'kurentopeersendrecv', 'kurentopeersendonly', 'kurentopeerrecvonly'):
    text = inspect(factory)
    for name in PROPERTIES:
        assert f'\n  {name:20}:' in text, (factory, name)
    for name in SIGNALS + ACTIONS:
        assert f'\n  "{name}" :' in text, (factory, name)
