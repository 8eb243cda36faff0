-- Which Kafka the offsets count in.
CREATE TABLE analytics.kafka_cluster (
    topic text PRIMARY KEY,
    cluster_id text NOT NULL,
    noted_at timestamptz NOT NULL
);
COMMENT ON TABLE analytics.kafka_cluster IS 'The Kafka that analytics.kafka_offset belongs to; a sink that reads another one stands still, since an offset there means other messages';
COMMENT ON COLUMN analytics.kafka_cluster.topic IS 'Kafka topic';
COMMENT ON COLUMN analytics.kafka_cluster.cluster_id IS 'Cluster id, as the brokers tell it';
COMMENT ON COLUMN analytics.kafka_cluster.noted_at IS 'When it was first seen';
COMMENT ON INDEX analytics.kafka_cluster_pkey IS 'The Kafka of a topic';
DROP FUNCTION IF EXISTS analytics.sink_offsets(text, int[]);
