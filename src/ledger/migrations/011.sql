-- How far a round of telling an arrival has come, so that the next report goes on there: version is -1 while one is under
-- way, round the arrival's version when it began. A row of an older release begins its round anew.
ALTER TABLE arrival_told ADD COLUMN round INTEGER NOT NULL DEFAULT 0;
ALTER TABLE arrival_told ADD COLUMN taken INTEGER NOT NULL DEFAULT 0;
ALTER TABLE arrival_told ADD COLUMN up_to INTEGER;
UPDATE arrival_told SET version = 0 WHERE version = -1;
