/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-connection-constraints.h"

/* Where a peer is reached: which of the machine's addresses and ports are used, and what is told of them. */
typedef struct
{
  guint16 min_port; /* 0: any */
  guint16 max_port;
  GPtrArray *local_addresses; /* owned; of gchar*; or NULL: all */
  gchar *external_ipv4; /* owned; told instead of the local ones, or NULL */
  gchar *external_ipv6; /* owned; or NULL */
  KpConnectionConstraints constraints;
} KpNetworkConfig;

/* INVALID_ARGUMENT errors name the property and the value. */

/* The properties min-port and max-port. When only one of them restricts, the other is 1024 or 65535. */
gboolean kp_network_config_set_ports (KpNetworkConfig *self, guint min_port, guint max_port, GError **error);

/* The property local-addresses: IP addresses with commas between; NULL or "" is all. */
gboolean kp_network_config_set_local_addresses (KpNetworkConfig *self, const gchar *text, GError **error);

/* The property external-address: an IPv4 address, an IPv6 address, or both with a comma between; NULL or "" is none. */
gboolean kp_network_config_set_external_address (KpNetworkConfig *self, const gchar *text, GError **error);

/* Whether a candidate, of either side, may be used. */
gboolean kp_network_config_allows (const KpNetworkConfig *self, const gchar *candidate);

/* A candidate of ours as the peer is told it: a host candidate gets the external address of its family. */
gchar *kp_network_config_announce (const KpNetworkConfig *self, const gchar *candidate);

/* Why there may be no candidate at all: for an error. */
gchar *kp_network_config_explain (const KpNetworkConfig *self);

void kp_network_config_copy (const KpNetworkConfig *from, KpNetworkConfig *to);
void kp_network_config_clear (KpNetworkConfig *self);
