-- Statements that any recent SQLite answers with the same rows.
PRAGMA foreign_keys = ON;
CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT NOT NULL, credit REAL);
CREATE TABLE purchase (
  id INTEGER PRIMARY KEY,
  customer INTEGER NOT NULL REFERENCES customer (id) ON DELETE CASCADE,
  item TEXT NOT NULL,
  quantity INTEGER CHECK (quantity > 0),
  cents INTEGER
);
CREATE INDEX purchase_by_customer ON purchase (customer, item);
CREATE TABLE log (note TEXT);
CREATE TRIGGER purchase_gone AFTER DELETE ON purchase
  BEGIN INSERT INTO log VALUES ('deleted ' || old.id); END;

BEGIN;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400)
  INSERT INTO customer
  SELECT i, 'customer-' || (i * 7919 % 1000), substr('OsloRomeLimaKyivBern', 1 + 4 * (i % 5), 4), i * 37 % 101 / 8.0
  FROM n;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 6000)
  INSERT INTO purchase
  SELECT i, 1 + i * 31 % 400, 'item-' || (i * i % 97), 1 + i % 9, (i * 7321) % 9973
  FROM n;
COMMIT;

SELECT count(*), sum(quantity), sum(cents), min(cents), max(cents) FROM purchase;
SELECT city, count(*), avg(credit), total(credit) FROM customer GROUP BY city ORDER BY city;
SELECT c.name, count(*) AS bought, sum(p.quantity * p.cents) AS spent
  FROM customer c JOIN purchase p ON p.customer = c.id
  GROUP BY c.id HAVING bought > 10 ORDER BY spent DESC, c.id LIMIT 20;
SELECT item, count(DISTINCT customer) FROM purchase GROUP BY item ORDER BY 2 DESC, 1 LIMIT 12;
SELECT c.city, p.item, p.cents, rank() OVER (PARTITION BY c.city ORDER BY p.cents DESC, p.id) AS place
  FROM customer c JOIN purchase p ON p.customer = c.id WHERE p.quantity = 9
  ORDER BY place, c.city LIMIT 25;
SELECT id, sum(cents) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND CURRENT ROW)
  FROM purchase WHERE id % 503 = 0 ORDER BY id;
SELECT name FROM customer WHERE name LIKE '%9_' AND name GLOB '*-[1-4]*' ORDER BY name LIMIT 15;
SELECT group_concat(name, ';') FROM (SELECT name FROM customer WHERE city = 'Bern' ORDER BY id LIMIT 9);

BEGIN;
UPDATE customer SET credit = credit * 2 WHERE city IN ('Oslo', 'Lima');
DELETE FROM purchase WHERE cents < 40;
SELECT count(*), max(note) FROM log;
SAVEPOINT inner_one;
DELETE FROM customer WHERE id <= 100;
SELECT count(*) FROM purchase;
ROLLBACK TO inner_one;
SELECT count(*) FROM purchase;
ROLLBACK;
SELECT count(*), total(credit) FROM purchase, customer WHERE customer.id = purchase.customer;
DELETE FROM customer WHERE id % 3 = 0;
SELECT (SELECT count(*) FROM customer), (SELECT count(*) FROM purchase), (SELECT count(*) FROM log);

INSERT INTO customer VALUES (1000, 'O''Brien', 'Rome', 12.5)
  ON CONFLICT (id) DO NOTHING;
INSERT INTO customer VALUES (1000, 'twice', 'Rome', 1.0)
  ON CONFLICT (id) DO UPDATE SET name = excluded.name || '+' || customer.name RETURNING id, name;

SELECT json_extract('{"a": [1, 2, {"b": "x"}]}', '$.a[2].b'), json_array(1, 'two', 3.5, NULL),
  json_group_array(city) FROM (SELECT DISTINCT city FROM customer ORDER BY city);
SELECT key, value, type FROM json_each('{"i": -7, "f": 1.25, "s": "text", "n": null, "l": [1, 2]}');
SELECT printf('%08.3f|%-6s|%+d|%x|%e|%g', 3.14159265, 'ab', 42, 255, 12345.678, 1e100), quote(x'00ff10'), hex('wasm');
SELECT 7 / 2, 7 % 3, -7 / 2, 1 << 40, 5 & 6, 5 | 6, ~5, 9223372036854775807 + 1, 1e308 * 10, 0.1 + 0.2;
SELECT cast('12abc' AS INTEGER), cast(1e19 AS INTEGER), cast('0x10' AS INTEGER), round(2.675, 2), abs(-9.5), typeof(1.0);
SELECT date('2024-02-28', '+2 days'), strftime('%j %W %s', '2023-12-31 23:59:59'), julianday('2000-01-01');
SELECT upper('straße'), length('naïve'), unicode('λ'), char(955, 8364), instr('abcabc', 'ca'), replace('aXbX', 'X', '--');

-- Six queens: each board is the text of the columns that its rows hold.
WITH RECURSIVE
  line (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM line WHERE n < 6),
  board (placed, row) AS (
    SELECT '', 1
    UNION ALL
    SELECT placed || n, row + 1 FROM board, line
    WHERE row <= 6 AND NOT EXISTS (
      SELECT 1 FROM line AS earlier
      WHERE earlier.n < row
        AND (substr(placed, earlier.n, 1) = n || '' OR abs(substr(placed, earlier.n, 1) - n) = row - earlier.n)))
SELECT placed FROM board WHERE row = 7 ORDER BY placed;

-- The longest Collatz walks, and a logistic map in floating point.
WITH RECURSIVE
  start (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM start WHERE n < 300),
  walk (origin, at, steps) AS (
    SELECT n, n, 0 FROM start
    UNION ALL
    SELECT origin, CASE at % 2 WHEN 0 THEN at / 2 ELSE 3 * at + 1 END, steps + 1 FROM walk WHERE at > 1)
SELECT origin, max(steps) AS longest, max(at) FROM walk GROUP BY origin ORDER BY longest DESC, origin LIMIT 8;
WITH RECURSIVE map (i, x) AS (VALUES (0, 0.25) UNION ALL SELECT i + 1, 3.75 * x * (1.0 - x) FROM map WHERE i < 200)
SELECT i, round(x, 9) FROM map WHERE i % 25 = 0;

ALTER TABLE customer ADD COLUMN note TEXT DEFAULT 'none';
CREATE VIEW spending AS SELECT customer, sum(cents) AS cents FROM purchase GROUP BY customer;
SELECT note, count(*), max(cents) FROM customer JOIN spending ON spending.customer = customer.id GROUP BY note;
REINDEX;
ANALYZE;
SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY tbl, idx;
PRAGMA integrity_check;
SELECT type, name FROM sqlite_schema ORDER BY name;
