"""Looking into the Kafka topic, and writing to it past the relay."""

import json
import threading
import uuid

from confluent_kafka import Consumer, Producer, TopicPartition

from waiting import wait_until


class Message:
    """A message as it lies in the topic."""

    def __init__(self, raw):
        self.partition, self.offset = raw.partition(), raw.offset()
        self.key, self.value = raw.key(), raw.value()
        self.headers = {name: value.decode("utf-8", "replace") if value is not None else None
                        for name, value in raw.headers() or ()}


class TopicReader:
    """Reads the whole topic in a thread and remembers it by transaction_id."""

    def __init__(self, brokers, topic):
        self.brokers, self.topic = brokers, topic
        self._messages = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="topic reader", daemon=True)
        self._thread.start()

    def _run(self):
        consumer = Consumer({
            "bootstrap.servers": self.brokers, "group.id": f"test-{uuid.uuid4()}",
            "enable.auto.commit": False, "auto.offset.reset": "earliest",
            "log_level": 0,
        })
        partitions = wait_until(lambda: self._partitions(consumer), what="the topic")
        consumer.assign([TopicPartition(self.topic, number, 0) for number in partitions])
        while not self._stop.is_set():
            raw = consumer.poll(0.2)
            if raw is not None and raw.error() is None:
                self._remember(Message(raw))
        consumer.close()

    def _partitions(self, consumer):
        found = consumer.list_topics(self.topic, timeout=10).topics.get(self.topic)
        return sorted(found.partitions) if found is not None and not found.error else None

    def _remember(self, message):
        try:
            transaction_id = json.loads(message.value)["transaction_id"]
        except (TypeError, ValueError, KeyError, RecursionError):
            return
        if isinstance(transaction_id, str):
            with self._lock:
                self._messages.setdefault(transaction_id, []).append(message)

    def all(self, transaction_id):
        """The messages seen so far of this receipt."""
        with self._lock:
            return list(self._messages.get(transaction_id, ()))

    def find(self, transaction_id, timeout=30):
        """The first message of this receipt, once it has come."""
        assert self._thread.is_alive(), "the topic reader has died"
        return wait_until(lambda: self.all(transaction_id), timeout,
                          what=f"{transaction_id} in {self.topic}")[0]

    def close(self):
        self._stop.set()
        self._thread.join(10)


class TopicWriter:
    """Produces single messages straight into the topic."""

    def __init__(self, brokers, topic, limit=900000):
        self.topic = topic
        self._producer = Producer({
            "bootstrap.servers": brokers, "linger.ms": 0, "log_level": 0,
            "message.timeout.ms": 20000, "message.max.bytes": limit,
        })

    def send(self, value, key=None, headers=None, partition=0):
        """Produce one message and return the (partition, offset) the broker gave it."""
        delivered = []
        self._producer.produce(
            self.topic, value=value, key=key, partition=partition, headers=headers,
            on_delivery=lambda error, message: delivered.append((error, message)))
        self._producer.flush(20)
        assert delivered, "the broker did not answer within 20 s"
        error, message = delivered[0]
        assert error is None, f"could not produce: {error}"
        return message.partition(), message.offset()

    def send_many(self, values, partition):
        """Produce messages without keys, and see all of them delivered."""
        failed = []
        for value in values:
            self._producer.poll(0)
            self._producer.produce(
                self.topic, value=value, partition=partition,
                on_delivery=lambda error, _: failed.append(error) if error is not None else None)
        assert self._producer.flush(60) == 0 and not failed
