-- A person let the arrival go on: the brake does not hold it again.
ALTER TABLE arrival ADD COLUMN released INTEGER NOT NULL DEFAULT 0;
