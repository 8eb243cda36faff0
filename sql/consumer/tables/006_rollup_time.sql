-- All places of an interval: without these, every hour and day ever rolled up would be looked at.
CREATE INDEX place_hour_starts_at ON analytics.place_hour (starts_at);
CREATE INDEX place_day_starts_at ON analytics.place_day (starts_at);
CREATE INDEX place_month_starts_at ON analytics.place_month (starts_at);
COMMENT ON INDEX analytics.place_hour_starts_at IS 'The hours of all places in an interval';
COMMENT ON INDEX analytics.place_day_starts_at IS 'The days of all places in an interval';
COMMENT ON INDEX analytics.place_month_starts_at IS 'The months of all places in an interval';
