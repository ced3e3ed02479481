CREATE TABLE everbrook.big (id int, n int);
