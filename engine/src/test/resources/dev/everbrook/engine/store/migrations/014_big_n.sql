-- What it is for.
CREATE INDEX CONCURRENTLY IF NOT EXISTS big_n ON everbrook.big (n) WHERE n > 0;
