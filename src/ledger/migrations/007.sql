-- The registers of an installation as they were read last (transporters, ways of delivery, order types …), so that plan
-- can know a code without a network. No personal data: codes and names of things.
CREATE TABLE register (
    lane_id INTEGER NOT NULL REFERENCES lane (id), name TEXT NOT NULL, read_at INTEGER NOT NULL,
    PRIMARY KEY (lane_id, name)
) WITHOUT ROWID;
CREATE TABLE register_entry (
    lane_id INTEGER NOT NULL, register TEXT NOT NULL, position INTEGER NOT NULL,
    code TEXT NOT NULL, name TEXT NOT NULL, of TEXT,
    PRIMARY KEY (lane_id, register, position),
    FOREIGN KEY (lane_id, register) REFERENCES register (lane_id, name)
) WITHOUT ROWID;
