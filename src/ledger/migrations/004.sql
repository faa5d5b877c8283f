-- Housekeeping. Personal data stands in call.body, call.remember, call.message, call.fault, known.remember,
-- fact.document, document.faults, arrival.faults, request.answer, report.fault and audit.why, and in the files of the
-- spool; erased_at says when it was erased from a row (a document and a request go by their arrival and call),
-- file_erased_at when the row's file in the spool was let go. Numbers, counts and hashes stay.
ALTER TABLE arrival ADD COLUMN erased_at INTEGER;
ALTER TABLE arrival ADD COLUMN file_erased_at INTEGER;
-- when its copies in the sender's archive folder were removed
ALTER TABLE arrival ADD COLUMN moved_erased_at INTEGER;
-- its rows are being deleted, batch by batch: its counts hold no more
ALTER TABLE arrival ADD COLUMN forgetting INTEGER NOT NULL DEFAULT 0;
ALTER TABLE call ADD COLUMN erased_at INTEGER;
ALTER TABLE report ADD COLUMN erased_at INTEGER;
ALTER TABLE report ADD COLUMN file_erased_at INTEGER;
ALTER TABLE report ADD COLUMN moved_erased_at INTEGER;
ALTER TABLE audit ADD COLUMN erased_at INTEGER;

CREATE INDEX arrival_done ON arrival (done_at, id) WHERE done_at IS NOT NULL;
CREATE INDEX arrival_to_erase ON arrival (done_at, id) WHERE erased_at IS NULL AND done_at IS NOT NULL;
CREATE INDEX arrival_file_to_erase ON arrival (done_at, id) WHERE file_erased_at IS NULL AND done_at IS NOT NULL;
CREATE INDEX arrival_moved_to_erase ON arrival (inbox, done_at) WHERE moved_erased_at IS NULL AND done_at IS NOT NULL;
CREATE INDEX claim_of_arrival ON claim (arrival_id) WHERE arrival_id IS NOT NULL;
CREATE INDEX arrival_told_of_arrival ON arrival_told (arrival_id);
CREATE INDEX call_mark_to_erase ON call (ended_at, id)
    WHERE arrival_id IS NULL AND erased_at IS NULL AND ended_at IS NOT NULL;
CREATE INDEX report_to_erase ON report (coalesce(delivered_at, at), id) WHERE erased_at IS NULL;
CREATE INDEX report_file_to_erase ON report (coalesce(delivered_at, at), id) WHERE file_erased_at IS NULL;
CREATE INDEX known_to_erase ON known (updated_at) WHERE remember <> '';

-- What is left of an arrival whose rows were deleted, so that the same file is never taken in twice.
CREATE TABLE fingerprint (
    inbox TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, hash TEXT NOT NULL,
    arrival_id INTEGER NOT NULL, PRIMARY KEY (inbox, name, size, modified, hash)
) WITHOUT ROWID;
CREATE INDEX fingerprint_content ON fingerprint (inbox, hash, arrival_id);

-- Files of the spool that no row needs any more; each goes from here once it is gone from the disk.
CREATE TABLE leaving (spool TEXT PRIMARY KEY) WITHOUT ROWID;
-- When house was kept last.
CREATE TABLE housekeeping (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL);
