-- These tables are empty again and again. A vacuum that gives their pages back makes PostgreSQL plan
-- for no pages at all, and keep that plan for the rush that follows (docs/decisions/013); and it
-- takes a lock that stops everybody meanwhile. The pages are used again; VACUUM (TRUNCATE) of the
-- table gives them back.
ALTER TABLE everbrook.chunk SET (vacuum_truncate = off, toast.vacuum_truncate = off);
ALTER TABLE everbrook.job   SET (vacuum_truncate = off);
