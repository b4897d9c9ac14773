/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <glib.h>

/* What browsers took as the second argument of RTCPeerConnection. */
typedef struct
{
  gboolean no_ipv6; /* googIPv6: false */
  gboolean dscp; /* googDscp: packets are marked by what they carry */
} KpConnectionConstraints;

/* The text of @property: JSON, {"key": value} or {"mandatory": {...}, "optional": [{...}]}, or "file:///x.json" that holds it; NULL or ""
 * is none. Mandatory ones go before optional ones, and those before what stands behind them. Known keys without a meaning here are said
 * once, unknown ones are logged. INVALID_ARGUMENT names property and place; NOT_SUPPORTED: "DtlsSrtpKeyAgreement": false. */
gboolean kp_connection_constraints_parse (const gchar *property, const gchar *text,
                                          KpConnectionConstraints *constraints, GError **error);
