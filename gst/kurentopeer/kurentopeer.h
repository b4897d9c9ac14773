/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* The only header that an application includes. */
#include "gstkurentoprelude.h"
#include "gstkurentoenums.h"
#include "gstkurentoenumtypes.h"
#include "gstkurentoerror.h"
#include "gstkurentosignaller.h"
#include "gstkurentodevices.h"
#include "gstkurentopeer.h"
#include "gstkurentopeermodes.h"
#include "gstkurentopeersignaladapter.h"
