/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "test-server.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <stdlib.h>

/* A PipeWire of the test, with a node that shows a red picture to whom it is linked to. There is no session manager: the test
 * links. */
#define TEST_PIPEWIRE_WIDTH 320
#define TEST_PIPEWIRE_HEIGHT 200
#define TEST_PIPEWIRE_COLOR 0xff0000

static pid_t test_pipewire_daemon;
static pid_t test_pipewire_screen;
static gchar *test_pipewire_folder; /* owned; the runtime folder */

static inline gboolean
test_pipewire_run (const gchar *command)
{
  gint status;

  return g_spawn_sync (NULL, (gchar *[]){ "/bin/sh", "-c", (gchar *)command, NULL }, NULL,
                       G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL, NULL, NULL,
                       &status, NULL)
         && g_spawn_check_wait_status (status, NULL);
}

static inline void
test_pipewire_wait (const gchar *command)
{
  gint64 deadline = g_get_monotonic_time () + 20 * G_TIME_SPAN_SECOND;

  while (!test_pipewire_run (command))
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline);
      g_poll (NULL, 0, 10);
    }
}

/* Where it shall run. Before any thread. */
static inline void
test_pipewire_init (void)
{
  test_pipewire_folder = g_dir_make_tmp ("kurentopeer-XXXXXX", NULL);
  g_setenv ("XDG_RUNTIME_DIR", test_pipewire_folder, TRUE);
  g_unsetenv ("PIPEWIRE_RUNTIME_DIR");
}

static inline void
test_pipewire_clear (void)
{
  g_autofree gchar *command = g_strdup_printf ("rm -r %s", test_pipewire_folder);

  test_pipewire_run (command);
  g_clear_pointer (&test_pipewire_folder, g_free);
}

/* For each test: pipewiresink of 0.3.65 may stop for ever when who looked at its pictures has gone. */
static inline void
test_pipewire_start (void)
{
  static const gchar config[] = "context.properties = { core.daemon = true core.name = pipewire-0 }\n"
                                "context.spa-libs = { support.* = support/libspa-support }\n"
                                "context.modules = [\n"
                                "  { name = libpipewire-module-protocol-native }\n"
                                "  { name = libpipewire-module-client-node }\n"
                                "  { name = libpipewire-module-access }\n"
                                "  { name = libpipewire-module-adapter }\n"
                                "  { name = libpipewire-module-link-factory }\n"
                                "  { name = libpipewire-module-metadata }\n"
                                "]\n";
  g_autofree gchar *file = g_build_filename (test_pipewire_folder, "pipewire.conf", NULL);

  g_assert_true (g_file_set_contents (file, config, -1, NULL));
  test_pipewire_daemon = test_server_start ((const gchar *[]){ "pipewire", "-c", file, NULL }, NULL, 0);
  test_pipewire_wait ("pw-cli info 0");
  test_pipewire_screen = test_server_start (
      (const gchar *[]){
          "gst-launch-1.0", "videotestsrc", "is-live=true", "pattern=red", "!",
          "video/x-raw,format=BGRx,width=" G_STRINGIFY (TEST_PIPEWIRE_WIDTH) ",height=" G_STRINGIFY (
              TEST_PIPEWIRE_HEIGHT) ",framerate=20/1",
          "!", "pipewiresink", "mode=provide", "stream-properties=p,node.name=testscreen", NULL },
      NULL, 0);
  test_pipewire_wait ("pw-link -o | grep testscreen");
}

static inline void
test_pipewire_stop (void)
{
  test_server_stop (test_pipewire_screen);
  test_server_stop (test_pipewire_daemon);
}

/* The number of the node that shows the picture. */
static inline guint32
test_pipewire_get_node (void)
{
  g_autofree gchar *output = NULL;

  g_assert_true (g_spawn_sync (
      NULL,
      (gchar *[]){
          "/bin/sh", "-c",
          "pw-cli ls Node | awk '$1 == \"id\" { n = $2 + 0 } /node.name = \"testscreen\"/ { print n }'",
          NULL },
      NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, NULL, NULL));

  return g_ascii_strtoull (output, NULL, 10);
}

/* A connection, as the portal hands it out. */
static inline gint
test_pipewire_connect (void)
{
  g_autofree gchar *path = g_build_filename (test_pipewire_folder, "pipewire-0", NULL);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection
      = g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  g_assert_nonnull (connection);

  return dup (g_socket_get_fd (g_socket_connection_get_socket (connection)));
}

/* What a session manager would do: as soon as there is who wants to see it. */
static inline void
test_pipewire_link (void)
{
  test_pipewire_wait ("pw-link testscreen:out_0 \"$(pw-link -i)\"");
}
