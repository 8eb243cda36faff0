/*
 * linger.h
 *	  Closes connections gently whose request was refused while its body was
 *	  still on the way.
 *
 * Closing a socket with unread data makes TCP send a reset, and the reset makes
 * the client's kernel throw away the answer that it had received.  So the socket
 * is kept for a moment after the answer and what arrives on it is discarded, up
 * to a bound in time and bytes.
 */
#ifndef FRONTEND_LINGER_H
#define FRONTEND_LINGER_H

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

/* Sockets kept at a time; beyond, sockets are closed without lingering. */
#define LINGER_MAX 64

/* How long a socket is kept and how much is discarded from it. */
#define LINGER_MS 5000
#define LINGER_BYTES (64 * 1024 * 1024)

typedef struct Linger Linger;

extern Linger *linger_new(void);

/* Closes all that is left. */
extern void linger_free(Linger *linger);

/*
 * Keeps a duplicate of a socket whose sending side is shut.  From any thread;
 * it wakes the one that polls.
 */
extern void linger_add(Linger *linger, int socket);

/*
 * What the housekeeping thread waits for: fills up to LINGER_MAX + 1 entries and
 * returns their number.
 */
extern size_t linger_poll_set(Linger *linger, struct pollfd *set);

/* Discards what has come and closes what is over. */
extern void linger_run(Linger *linger, int64_t now_ms);

#endif /* FRONTEND_LINGER_H */
