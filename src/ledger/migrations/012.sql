-- Files that belong together: the files of an arrival that has several, in the order in which they stand in our copy, one behind
-- the other. The arrival itself has the first one's name, the newest time, and size and content of all together.
CREATE TABLE arrival_file (
    arrival_id INTEGER NOT NULL REFERENCES arrival (id), number INTEGER NOT NULL, part TEXT NOT NULL, name TEXT NOT NULL,
    size INTEGER NOT NULL, modified INTEGER, hash TEXT NOT NULL,
    PRIMARY KEY (arrival_id, number)
) WITHOUT ROWID;
CREATE INDEX arrival_file_name ON arrival_file (name);
-- The first of the claims that were made together, and what the file was when it was claimed.
ALTER TABLE claim ADD COLUMN first_id INTEGER;
ALTER TABLE claim ADD COLUMN size INTEGER;
ALTER TABLE claim ADD COLUMN modified INTEGER;
