-- In the manner of SQLite's speedtest1: inserts, indexed and unindexed selects, joins, updates, deletes.
CREATE TABLE z1 (a INTEGER, b INTEGER, c TEXT);
BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
  INSERT INTO z1 SELECT i, i * 7919 % 65521, 'row number ' || (i * 31 % 9973) || ' of many' FROM n;
COMMIT;
CREATE TABLE z2 (a INTEGER PRIMARY KEY, b INTEGER, c TEXT);
BEGIN;
INSERT INTO z2 SELECT a, b, c FROM z1 ORDER BY b, a;
COMMIT;
SELECT count(*), avg(b), sum(length(c)) FROM z1 WHERE b BETWEEN 1000 AND 30000;
SELECT count(*), sum(b) FROM z1 WHERE c LIKE '%99%';
CREATE INDEX z1b ON z1 (b);
CREATE INDEX z1c ON z1 (c, b);
SELECT count(*), sum(z2.b) FROM z1 JOIN z2 ON z2.a = z1.b;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 97 FROM n WHERE i < 60000)
  SELECT count(*), sum(t) FROM (SELECT (SELECT sum(a) FROM z1 WHERE b BETWEEN i AND i + 50) AS t FROM n);
SELECT c, count(*), min(a), max(b) FROM z1 GROUP BY c ORDER BY 2 DESC, c LIMIT 5;
BEGIN;
UPDATE z1 SET b = b + 1 WHERE a % 3 = 0;
UPDATE z2 SET c = c || '+' || b WHERE a % 5 = 0;
COMMIT;
SELECT sum(b), sum(length(c)) FROM z1;
SELECT sum(b), max(length(c)) FROM z2;
SELECT a, b, rank() OVER (PARTITION BY b % 10 ORDER BY c, a) AS r FROM z1 WHERE a < 4000 ORDER BY r DESC, a LIMIT 5;
SELECT group_concat(DISTINCT substr(c, 12, 2)) FROM (SELECT c FROM z1 ORDER BY c LIMIT 400);
BEGIN;
DELETE FROM z1 WHERE b % 4 = 1;
DELETE FROM z2 WHERE a BETWEEN 5000 AND 15000;
COMMIT;
SELECT count(*), sum(a) FROM z1;
SELECT count(*), sum(a) FROM z2;
CREATE TABLE t3 (x REAL, y REAL);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
  INSERT INTO t3 SELECT i * 0.5, i * i % 101 / 8.0 FROM n;
SELECT round(sum(x * y), 3), round(avg(x - y), 6) FROM t3 WHERE y > 3.5;
SELECT count(*) FROM t3 AS l JOIN t3 AS r ON l.x = r.y + 100;
