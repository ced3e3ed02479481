CREATE TABLE everbrook.after (n int);
INSERT INTO everbrook.after VALUES (1);
