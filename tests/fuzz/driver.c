/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <string.h>

/* Without libFuzzer: every file of a folder, and then changes of them that are the same each time.
 * Usage: fuzz-x folder [number of changes] */

#define SEED 20240229
#define DEFAULT_CHANGES 20000
#define MAX_SIZE (64 * 1024)
#define MAX_STEPS 4

static gint
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const gchar *const *)a, *(const gchar *const *)b);
}

static GPtrArray *
load_corpus (const gchar *path)
{
  GPtrArray *inputs = g_ptr_array_new_with_free_func ((GDestroyNotify)g_bytes_unref);
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const gchar *name;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)))
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree gchar *file = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      gchar *data;
      gsize size;

      g_file_get_contents (file, &data, &size, &error);
      g_assert_no_error (error);
      g_ptr_array_add (inputs, g_bytes_new_take (data, size));
    }
  g_assert_cmpuint (inputs->len, >, 0);
  return inputs;
}

static gsize
pick (GRand *rand, gsize end)
{
  return end == 0 ? 0 : g_rand_int_range (rand, 0, MIN (end, G_MAXINT32));
}

static void
overwrite (GByteArray *input, GRand *rand)
{
  if (input->len > 0)
    input->data[pick (rand, input->len)] = pick (rand, 256);
}

static void
flip (GByteArray *input, GRand *rand)
{
  if (input->len > 0)
    input->data[pick (rand, input->len)] ^= 1 << pick (rand, 8);
}

static void
cut (GByteArray *input, GRand *rand)
{
  gsize start = pick (rand, input->len);
  gsize length = pick (rand, MIN (input->len - start, 64));

  if (length > 0)
    g_byte_array_remove_range (input, start, length);
}

static void
insert (GByteArray *input, gsize at, gconstpointer data, gsize length)
{
  g_autofree guint8 *tail = g_memdup2 (input->data + at, input->len - at);
  gsize tail_length = input->len - at;

  g_byte_array_set_size (input, at);
  g_byte_array_append (input, data, length);
  g_byte_array_append (input, tail, tail_length);
}

static void
repeat (GByteArray *input, GRand *rand)
{
  gsize start = pick (rand, input->len);
  gsize length = pick (rand, MIN (input->len - start, 256));
  g_autofree guint8 *piece = g_memdup2 (input->data + start, length);

  if (length > 0)
    insert (input, pick (rand, input->len), piece, length);
}

/* What parsers stumble over. */
static void
insert_token (GByteArray *input, GRand *rand)
{
  static const gchar *const tokens[]
      = { "",   " ", "\n",   "\r\n", ":", ";",  "=",          "/",  ",",   "\"",
          "\\", "0", "-1",   "127",  "[", "]",  "4294967296", "{",  "}",   "%",
          "@",  "*", "null", "1e99", "?", "a=", "m=",         "\t", "%00", "\xff" };
  const gchar *token = tokens[pick (rand, G_N_ELEMENTS (tokens))];

  insert (input, pick (rand, input->len), token, strlen (token));
}

static GByteArray *
change (const GPtrArray *inputs, GRand *rand)
{
  static void (*const steps[]) (GByteArray *, GRand *) = { overwrite, flip, cut, repeat, insert_token };
  GBytes *original = g_ptr_array_index (inputs, pick (rand, inputs->len));
  GByteArray *input = g_byte_array_new ();

  g_byte_array_append (input, g_bytes_get_data (original, NULL), g_bytes_get_size (original));
  for (gsize i = 1 + pick (rand, MAX_STEPS); i > 0 && input->len < MAX_SIZE; i--)
    steps[pick (rand, G_N_ELEMENTS (steps))](input, rand);
  return input;
}

int
main (int argc, char **argv)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  g_autoptr (GPtrArray) inputs = NULL;
  guint64 n_changes = argc > 2 ? g_ascii_strtoull (argv[2], NULL, 10) : DEFAULT_CHANGES;

  if (argc < 2)
    {
      g_printerr ("usage: %s folder [number of changes]\n", argv[0]);
      return 2;
    }

  LLVMFuzzerInitialize (&argc, &argv);
  inputs = load_corpus (argv[1]);
  for (guint i = 0; i < inputs->len; i++)
    {
      GBytes *input = g_ptr_array_index (inputs, i);

      LLVMFuzzerTestOneInput (g_bytes_get_data (input, NULL), g_bytes_get_size (input));
    }
  for (guint64 i = 0; i < n_changes; i++)
    {
      g_autoptr (GByteArray) input = change (inputs, rand);

      LLVMFuzzerTestOneInput (input->data, input->len);
    }
  return 0;
}
