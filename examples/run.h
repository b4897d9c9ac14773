/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <gst/gst.h>

/* Plays until Ctrl-C or an error, and prints who comes and goes. */
void run (GstElement *pipeline);
