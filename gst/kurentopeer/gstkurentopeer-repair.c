/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What lost packets are repaired with. */
#include "gstkurentopeer-private.h"

enum
{
  DO_RETRANSMISSION,
  DO_FEC,
};

gboolean
gst_kurento_peer_set_repair (KpSettings *settings, guint id, const GValue *value)
{
  if (id == DO_RETRANSMISSION)
    settings->retransmission = g_value_get_boolean (value);
  else if (id == DO_FEC)
    settings->fec = g_value_get_boolean (value);
  else
    return FALSE;

  return TRUE;
}

gboolean
gst_kurento_peer_get_repair (const KpSettings *settings, guint id, GValue *value)
{
  if (id == DO_RETRANSMISSION)
    g_value_set_boolean (value, settings->retransmission);
  else if (id == DO_FEC)
    g_value_set_boolean (value, settings->fec);
  else
    return FALSE;

  return TRUE;
}

void
gst_kurento_peer_make_repair_specs (GParamSpec **specs, GParamFlags flags)
{
  specs[DO_RETRANSMISSION]
      = g_param_spec_boolean ("do-retransmission", "Do retransmission",
                              "Whether lost packets of video are asked for and sent again (NACK, RTX), where "
                              "the peer does so, too; FALSE: neither is offered nor accepted, and a loss "
                              "costs a keyframe (kurento-utils has nothing like it: browsers always do)",
                              TRUE, flags);
  specs[DO_FEC] = g_param_spec_boolean (
      "do-fec", "Do FEC",
      "Whether video carries packets of forward error correction (ULPFEC in RED), one for each three packets "
      "of a picture, out of the same bit rate, and is repaired by those of the peer, where the peer has "
      "that, too; simulcast goes without (kurento-utils has nothing like it)",
      FALSE, flags);
}
