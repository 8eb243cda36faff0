/*
 * waiter.c
 *	  Where the relay and the sink sleep; see waiter.h.
 */
#include "bridge/waiter.h"

#include "common/clock.h"
#include "common/stop.h"

#include <poll.h>

/*
 * Reads what PostgreSQL has sent unasked: a notification, or the end of the
 * connection, which is thus noticed at once and not at the next query.
 */
static void
take_input(PgLink *link)
{
	if (PQconsumeInput(pglink_conn(link)) == 0)
		pglink_check(link);
}

/*
 * See waiter.h.
 */
void
waiter_sleep(PgLink *link, KafkaClient *kafka, int64_t deadline_ms, bool stopping)
{
	struct pollfd fds[3];
	int count = 0;
	int64_t left = deadline_ms - clock_ms();
	PGconn *conn = pglink_conn(link);

	fds[count++] = (struct pollfd){.fd = kafka->wake_fd, .events = POLLIN};
	if (!stopping)
		fds[count++] = (struct pollfd){.fd = stop_fd(), .events = POLLIN};
	if (conn != NULL)
		fds[count++] = (struct pollfd){.fd = PQsocket(conn), .events = POLLIN};
	if (left > WAITER_LONGEST_MS)
		left = WAITER_LONGEST_MS;
	if (poll(fds, (nfds_t) count, left > 0 ? (int) left : 0) <= 0)
		return;
	if (fds[0].revents != 0)
		kafkaclient_woken(kafka);
	if (conn != NULL && fds[count - 1].revents != 0)
		take_input(link);
}
