/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kp-constraints.h"
#include "kp-settings.h"

/* kurento-utils'. */
#define KP_DEFAULT_MEDIA_CONSTRAINTS "{\"audio\":true,\"video\":{\"width\":640,\"framerate\":15}}"

/* The JSON-valued properties. Each takes the property's text: JSON, or "file:///x.json" that holds it; an error names the
 * property, the place (line and column, or member path like iceServers[1].urls) and what was expected. NULL or "" is the default. */

/* RTCConfiguration: iceServers [{urls: string or list, username, credential}], iceTransportPolicy "all"/"relay", bundlePolicy
 * (known values accepted; max-bundle is what is used). stun: and turn: URIs (RFC 7064, 7065) become webrtcbin's form, user and
 * password percent-encoded; further stun servers than the first are warned of; turns: is NOT_SUPPORTED. Unknown members are logged.
 * Replaces what @config holds; on failure @config keeps it. */
gboolean kp_config_parse_configuration (const gchar *property, const gchar *text, KpIceConfig *config,
                                        GError **error);

/* webrtcbin's own spellings for the properties stun-server and turn-server: stun://host:port, turn://user:password@host:port; also
 * the W3C spelling. "turns" is NOT_SUPPORTED. NULL or "" is none. The caller puts the property's name before the error. */
gboolean kp_config_check_stun_server (const gchar *uri, GError **error);
gboolean kp_config_check_turn_server (const gchar *uri, GError **error);

/* The same, and return webrtcbin's spelling, which is the only one that it takes; not for NULL or "". */
gchar *kp_config_normalize_stun_server (const gchar *uri, GError **error);
gchar *kp_config_normalize_turn_server (const gchar *uri, GError **error);

/* MediaStreamConstraints: {"audio": boolean or object, "video": boolean or object}; a missing member is false. NULL or "" is
 * KP_DEFAULT_MEDIA_CONSTRAINTS. Sets both, to NULL for what is not wanted; on failure neither. */
gboolean kp_config_parse_media_constraints (const gchar *property, const gchar *text, KpConstraints **audio,
                                            KpConstraints **video, GError **error);
