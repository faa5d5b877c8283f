-- Archives. A document says which entry of its archive it came from; NULL: its file is none.
ALTER TABLE document ADD COLUMN part TEXT;
-- The entries of archives that were read, with their fingerprints: what came in one archive is known in the next.
CREATE TABLE part (
    arrival_id INTEGER NOT NULL REFERENCES arrival (id), name TEXT NOT NULL, size INTEGER NOT NULL, hash TEXT NOT NULL,
    PRIMARY KEY (arrival_id, name)
) WITHOUT ROWID;
CREATE INDEX part_content ON part (hash);
CREATE INDEX part_name ON part (name);
-- A person let the arrival go on although its content came before.
ALTER TABLE arrival ADD COLUMN repeats_released INTEGER NOT NULL DEFAULT 0;
