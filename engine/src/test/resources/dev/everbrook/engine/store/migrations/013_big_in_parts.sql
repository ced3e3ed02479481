CREATE TABLE everbrook.big (id int, n int) PARTITION BY RANGE (id);
CREATE TABLE everbrook.big_1 PARTITION OF everbrook.big FOR VALUES FROM (0) TO (500);
CREATE TABLE everbrook.big_2 PARTITION OF everbrook.big DEFAULT;
