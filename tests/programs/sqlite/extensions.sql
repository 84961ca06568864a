-- Statements for the modules that only our own build of SQLite has: FTS5, R-Tree, mathematical functions.
CREATE VIRTUAL TABLE document USING fts5 (title, body, tokenize = 'porter');
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
  INSERT INTO document
  SELECT 'document ' || i,
    'compiling ' || CASE i % 3 WHEN 0 THEN 'modules' WHEN 1 THEN 'functions' ELSE 'tables' END ||
    ' number ' || (i * 31 % 17) || CASE WHEN i % 11 = 0 THEN ' runs natively' ELSE ' is interpreted' END
  FROM n;
SELECT count(*) FROM document WHERE document MATCH 'compile AND module';
SELECT rowid, snippet(document, 1, '[', ']', '...', 5) FROM document WHERE document MATCH 'native NOT table' ORDER BY rowid LIMIT 10;
SELECT count(*) FROM document WHERE document MATCH 'NEAR(module number, 2)';
DELETE FROM document WHERE rowid % 2 = 0;
INSERT INTO document (document) VALUES ('optimize');
SELECT rowid, title FROM document WHERE document MATCH '"number 5"' ORDER BY rowid;

CREATE VIRTUAL TABLE box USING rtree (id, min_x, max_x, min_y, max_y);
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
  INSERT INTO box SELECT i, i * 37 % 1009, i * 37 % 1009 + 5, i * 91 % 997, i * 91 % 997 + 7 FROM n;
SELECT count(*), min(id), max(id) FROM box WHERE min_x >= 100 AND max_x <= 400 AND min_y >= 300 AND max_y <= 800;
SELECT id FROM box WHERE min_x < 500 AND max_x > 490 AND min_y < 120 ORDER BY id;

SELECT sqrt(2.0), floor(-2.5), ceil(2.1), trunc(-7.9), mod(17, 5), degrees(0.0), sign(-3);
