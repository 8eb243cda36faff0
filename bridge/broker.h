/*
 * broker.h
 *	  "receipts-bridge broker": librdkafka's in-memory mock cluster as a process of
 *	  its own, for a machine that cannot have Kafka.
 *
 * It is no Kafka: everything is gone when it ends, and each partition keeps only
 * its last 5 MiB or 100,000 messages, so that a sink that is away for long finds
 * older ones gone.
 */
#ifndef BRIDGE_BROKER_H
#define BRIDGE_BROKER_H

/* Runs until SIGTERM; returns the exit code.  argv[0] is skipped. */
extern int broker_main(int argc, char **argv);

#endif /* BRIDGE_BROKER_H */
