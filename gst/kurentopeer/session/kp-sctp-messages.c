/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kp-sctp-messages.h"

/* RFC 9260, 3; RFC 3758, 3.2 */
#define PACKET_HEADER 12
#define CHUNK_HEADER 4
#define CHUNK_DATA 0
#define CHUNK_INIT 1
#define CHUNK_INIT_ACK 2
#define CHUNK_FORWARD_TSN 192
#define DATA_HEADER 16
#define INIT_SIZE 20
#define FORWARD_TSN_SIZE 8
#define FLAG_END 1
#define FLAG_BEGINNING 2

/* bytes; nobody gives out less than this before a message is complete */
#define SMALL_MESSAGE 16384

/* packets; more than a window of 1 MiB holds */
#define MAX_AHEAD 8192

/* messages; complete, but not come out */
#define MAX_COMPLETE 1024

typedef struct
{
  guint16 stream;
  guint8 flags;
  gboolean counted; /* the message that it ends is complete */
  guint16 size; /* bytes */
} KpFragment;

typedef struct
{
  guint16 stream;
  gsize size; /* bytes */
} KpMessage;

/* Numbers (TSN) are consecutive within a message. */
struct _KpSctpMessages
{
  GMutex lock; /* guards everything below */
  guint32 last; /* all numbers up to it have come */
  GHashTable *ahead; /* number -> KpFragment; what came too early */
  KpMessage current; /* the one that @last is of; its size is 0 when there is none */
  GArray *complete; /* of KpMessage; large ones, oldest first */
};

KpSctpMessages *
kp_sctp_messages_new (void)
{
  KpSctpMessages *self = g_new0 (KpSctpMessages, 1);

  g_mutex_init (&self->lock);
  self->ahead = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->complete = g_array_new (FALSE, FALSE, sizeof (KpMessage));

  return self;
}

void
kp_sctp_messages_free (KpSctpMessages *self)
{
  g_hash_table_unref (self->ahead);
  g_array_unref (self->complete);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
add_complete_locked (KpSctpMessages *self, guint16 stream, gsize size)
{
  const KpMessage message = { stream, size };

  if (size < SMALL_MESSAGE)
    return;
  if (self->complete->len == MAX_COMPLETE)
    g_array_remove_index (self->complete, 0);
  g_array_append_val (self->complete, message);
}

/* The next number has come. */
static void
advance_locked (KpSctpMessages *self, const KpFragment *fragment)
{
  self->last++;
  if (fragment->flags & FLAG_BEGINNING)
    self->current = (KpMessage){ fragment->stream, 0 };
  self->current.size += fragment->size;
  if ((fragment->flags & FLAG_END) && !fragment->counted)
    add_complete_locked (self, self->current.stream, self->current.size);
}

static KpFragment *
find_ahead_locked (KpSctpMessages *self, guint32 number)
{
  return g_hash_table_lookup (self->ahead, GUINT_TO_POINTER (number));
}

/* The other messages do not wait for the one that something is missing of, when it is of another stream, or not ordered. */
static void
count_ahead_locked (KpSctpMessages *self, guint32 number)
{
  KpFragment *fragment = find_ahead_locked (self, number);
  gsize size = 0;

  while (fragment && !(fragment->flags & FLAG_BEGINNING))
    fragment = find_ahead_locked (self, --number);
  while (fragment && !(fragment->flags & FLAG_END))
    {
      size += fragment->size;
      fragment = find_ahead_locked (self, ++number);
    }
  if (fragment == NULL)
    return;

  add_complete_locked (self, fragment->stream, size + fragment->size);
  fragment->counted = TRUE;
}

static void
catch_up_locked (KpSctpMessages *self)
{
  const KpFragment *fragment;

  while ((fragment = find_ahead_locked (self, self->last + 1)))
    {
      advance_locked (self, fragment);
      g_hash_table_remove (self->ahead, GUINT_TO_POINTER (self->last));
    }
}

static void
take_data_locked (KpSctpMessages *self, guint32 number, const KpFragment *fragment)
{
  gint32 distance = (gint32)(number - self->last);

  if (distance == 1)
    {
      advance_locked (self, fragment);
      catch_up_locked (self);
    }
  else if (distance > 1 && distance <= MAX_AHEAD && !find_ahead_locked (self, number))
    {
      g_hash_table_insert (self->ahead, GUINT_TO_POINTER (number), g_memdup2 (fragment, sizeof *fragment));
      count_ahead_locked (self, number);
    }
}

static void
restart_locked (KpSctpMessages *self, guint32 last)
{
  self->last = last;
  self->current = (KpMessage){ 0 };
  g_hash_table_remove_all (self->ahead);
  g_array_set_size (self->complete, 0);
}

/* The peer gives up what is not complete up to there. */
static void
skip_locked (KpSctpMessages *self, guint32 number)
{
  while ((gint32)(number - self->last) > 0 && (gint32)(number - self->last) <= MAX_AHEAD)
    {
      self->last++;
      g_hash_table_remove (self->ahead, GUINT_TO_POINTER (self->last));
    }
  catch_up_locked (self);
}

static guint32
read_number (const guint8 *data)
{
  return (guint32)data[0] << 24 | data[1] << 16 | data[2] << 8 | data[3];
}

static guint16
read_short (const guint8 *data)
{
  return data[0] << 8 | data[1];
}

static void
take_chunk_locked (KpSctpMessages *self, const guint8 *chunk, guint16 size)
{
  switch (chunk[0])
    {
    case CHUNK_DATA:
      if (size > DATA_HEADER)
        {
          const KpFragment fragment = { read_short (chunk + 8), chunk[1], FALSE, size - DATA_HEADER };

          take_data_locked (self, read_number (chunk + 4), &fragment);
        }
      break;
    case CHUNK_INIT:
    case CHUNK_INIT_ACK:
      if (size >= INIT_SIZE)
        restart_locked (self, read_number (chunk + 16) - 1);
      break;
    case CHUNK_FORWARD_TSN:
      if (size >= FORWARD_TSN_SIZE)
        skip_locked (self, read_number (chunk + 4));
      break;
    default:
      break;
    }
}

/* Of the chunk at @offset; 0 when there is none. */
static guint16
read_length (const guint8 *data, gsize size, gsize offset)
{
  guint16 length = offset + CHUNK_HEADER <= size ? read_short (data + offset + 2) : 0;

  return length >= CHUNK_HEADER && length <= size - offset ? length : 0;
}

static gsize
skip_chunk (gsize offset, guint16 length)
{
  return offset + (length + 3) / 4 * 4;
}

void
kp_sctp_messages_take_packet (KpSctpMessages *self, const guint8 *data, gsize size)
{
  gsize offset = PACKET_HEADER;
  guint16 length;

  g_mutex_lock (&self->lock);
  while ((length = read_length (data, size, offset)) > 0)
    {
      take_chunk_locked (self, data + offset, length);
      offset = skip_chunk (offset, length);
    }
  g_mutex_unlock (&self->lock);
}

gboolean
kp_sctp_messages_has_data (const guint8 *data, gsize size)
{
  gsize offset = PACKET_HEADER;
  guint16 length;

  while ((length = read_length (data, size, offset)) > 0)
    {
      if (data[offset] == CHUNK_DATA)
        return TRUE;
      offset = skip_chunk (offset, length);
    }

  return FALSE;
}

gboolean
kp_sctp_messages_is_last (KpSctpMessages *self, guint16 stream, gsize before, gsize size)
{
  gboolean found = FALSE;

  if (before == 0 && size < SMALL_MESSAGE)
    return TRUE;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->complete->len && !found; i++)
    {
      const KpMessage *message = &g_array_index (self->complete, KpMessage, i);

      found = message->stream == stream && message->size == before + size;
      if (found)
        g_array_remove_index (self->complete, i);
    }
  g_mutex_unlock (&self->lock);

  return found;
}
