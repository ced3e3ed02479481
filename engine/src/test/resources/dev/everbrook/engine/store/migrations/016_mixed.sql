ALTER TABLE everbrook.big ADD COLUMN more text;
CREATE INDEX CONCURRENTLY IF NOT EXISTS big_n ON everbrook.big (n);
