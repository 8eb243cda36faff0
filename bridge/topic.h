/*
 * topic.h
 *	  "receipts-bridge topic": waits for Kafka and makes the topic if it is missing,
 *	  without a Java machine.
 */
#ifndef BRIDGE_TOPIC_H
#define BRIDGE_TOPIC_H

/*
 * Returns the exit code: 0 also when the topic was there already.  argv[0] is
 * skipped.
 */
extern int topic_main(int argc, char **argv);

#endif /* BRIDGE_TOPIC_H */
