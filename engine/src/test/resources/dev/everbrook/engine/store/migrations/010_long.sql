DO $$ BEGIN PERFORM pg_sleep(3); END $$;
