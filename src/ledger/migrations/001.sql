-- Times are milliseconds since 1970 UTC. Personal data stands in call.body, call.remember, known.remember,
-- fact.document and document.faults only, so that erasing it is one UPDATE each; numbers and hashes stay.

CREATE TABLE sighting (
    inbox TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER,
    unchanged_since INTEGER NOT NULL, last_seen INTEGER NOT NULL, looks INTEGER NOT NULL,
    PRIMARY KEY (inbox, name)
) WITHOUT ROWID;

CREATE TABLE claim (
    id INTEGER PRIMARY KEY, inbox TEXT NOT NULL, path TEXT NOT NULL, claimed_path TEXT NOT NULL,
    at INTEGER NOT NULL, arrival_id INTEGER, ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX claim_open ON claim (id) WHERE ended = 0;

CREATE TABLE lane (
    id INTEGER PRIMARY KEY, installation TEXT NOT NULL, goods_owner INTEGER NOT NULL, resting_until INTEGER,
    UNIQUE (installation, goods_owner)
);

CREATE TABLE arrival (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    inbox TEXT NOT NULL, partner TEXT NOT NULL, lane_id INTEGER NOT NULL REFERENCES lane (id),
    name TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER, hash TEXT NOT NULL, spool TEXT NOT NULL,
    received_at INTEGER NOT NULL, published_at INTEGER, done_at INTEGER,
    state TEXT NOT NULL, faults TEXT NOT NULL DEFAULT '[]',
    documents INTEGER NOT NULL DEFAULT 0, documents_faulty INTEGER NOT NULL DEFAULT 0,
    records_stray INTEGER NOT NULL DEFAULT 0,
    open_calls INTEGER NOT NULL DEFAULT 0,
    source_settled INTEGER NOT NULL DEFAULT 0, same_content_as INTEGER, claim_id INTEGER,
    resent INTEGER NOT NULL DEFAULT 0, resent_at INTEGER,
    -- counts the changes of its documents' outcomes, so that an outbox knows whether it has told the newest
    version INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX arrival_fingerprint ON arrival (inbox, name, size, coalesce(modified, -1), hash);
CREATE INDEX arrival_content ON arrival (inbox, hash);
CREATE INDEX arrival_name ON arrival (name);
CREATE INDEX arrival_of_inbox ON arrival (inbox, id);
CREATE INDEX arrival_open ON arrival (lane_id, id) WHERE state = 'published';
CREATE INDEX arrival_waiting ON arrival (state, lane_id, id) WHERE state IN ('received', 'staged', 'held');
CREATE INDEX arrival_unsettled ON arrival (id) WHERE source_settled = 0;

CREATE TABLE document (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    arrival_id INTEGER NOT NULL REFERENCES arrival (id), ordinal INTEGER NOT NULL,
    document TEXT NOT NULL, number TEXT, first_line INTEGER NOT NULL, last_line INTEGER NOT NULL,
    faults TEXT NOT NULL DEFAULT '[]'
);
CREATE UNIQUE INDEX document_of_arrival ON document (arrival_id, ordinal);
CREATE INDEX document_number ON document (number) WHERE number IS NOT NULL;

CREATE TABLE fact (
    id INTEGER PRIMARY KEY AUTOINCREMENT, outbox TEXT NOT NULL, document TEXT NOT NULL, number TEXT NOT NULL,
    at INTEGER NOT NULL, marks TEXT NOT NULL DEFAULT '[]', report_id INTEGER REFERENCES report (id)
);
CREATE INDEX fact_untold ON fact (outbox, id) WHERE report_id IS NULL;
CREATE INDEX fact_of_report ON fact (report_id) WHERE report_id IS NOT NULL;
CREATE INDEX fact_number ON fact (number);

CREATE TABLE call (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    lane_id INTEGER NOT NULL REFERENCES lane (id),
    arrival_id INTEGER REFERENCES arrival (id), document_id INTEGER REFERENCES document (id),
    fact_id INTEGER REFERENCES fact (id), created_at INTEGER,
    kind TEXT NOT NULL, number TEXT NOT NULL, operation TEXT NOT NULL, supersedable INTEGER NOT NULL,
    priority INTEGER NOT NULL, state TEXT NOT NULL,
    body TEXT NOT NULL, hash TEXT NOT NULL, remember TEXT NOT NULL, has_needs INTEGER NOT NULL,
    due INTEGER NOT NULL DEFAULT 0, tries INTEGER NOT NULL DEFAULT 0, first_tried_at INTEGER,
    in_flight INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0,
    ended_at INTEGER, ongoing_id INTEGER, message TEXT NOT NULL DEFAULT '', fault TEXT,
    superseded_by INTEGER
);
CREATE INDEX call_pending ON call (arrival_id, priority, id) WHERE state = 'pending' AND arrival_id IS NOT NULL;
CREATE INDEX call_mark ON call (lane_id, priority, id) WHERE state = 'pending' AND arrival_id IS NULL;
CREATE INDEX call_open ON call (lane_id, kind, number, id) WHERE state IN ('pending', 'held');
CREATE INDEX call_later ON call (lane_id, due) WHERE state = 'pending' AND due > 0;
CREATE INDEX call_in_flight ON call (id) WHERE in_flight = 1;
CREATE INDEX call_state ON call (lane_id, state);
CREATE INDEX call_of_arrival ON call (arrival_id, id) WHERE arrival_id IS NOT NULL;
CREATE INDEX call_of_document ON call (document_id) WHERE document_id IS NOT NULL;
CREATE INDEX call_of_fact ON call (fact_id) WHERE fact_id IS NOT NULL;
CREATE INDEX call_number ON call (number);

CREATE TABLE need (
    call_id INTEGER NOT NULL REFERENCES call (id), number TEXT NOT NULL, PRIMARY KEY (call_id, number)
) WITHOUT ROWID;

CREATE TABLE known (
    lane_id INTEGER NOT NULL REFERENCES lane (id), kind TEXT NOT NULL, number TEXT NOT NULL,
    ongoing_id INTEGER, hash TEXT, call_id INTEGER, remember TEXT NOT NULL DEFAULT '', updated_at INTEGER,
    PRIMARY KEY (lane_id, kind, number)
) WITHOUT ROWID;

CREATE TABLE request (
    id INTEGER PRIMARY KEY, call_id INTEGER NOT NULL REFERENCES call (id), at INTEGER NOT NULL,
    request TEXT NOT NULL, method TEXT NOT NULL, status INTEGER, answer TEXT NOT NULL, milliseconds INTEGER NOT NULL
);
CREATE INDEX request_of_call ON request (call_id);

CREATE TABLE halt (scope TEXT PRIMARY KEY, fault TEXT NOT NULL, cause TEXT NOT NULL, since INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE outbox (name TEXT PRIMARY KEY, next_sequence INTEGER NOT NULL DEFAULT 1, last_slot TEXT) WITHOUT ROWID;

CREATE TABLE report (
    id INTEGER PRIMARY KEY AUTOINCREMENT, outbox TEXT NOT NULL, sequence INTEGER NOT NULL,
    name TEXT NOT NULL, temporary_name TEXT NOT NULL, spool TEXT NOT NULL, size INTEGER NOT NULL, hash TEXT NOT NULL,
    at INTEGER NOT NULL, delivered_at INTEGER, state TEXT NOT NULL, fault TEXT, arrival_id INTEGER,
    UNIQUE (outbox, sequence)
);
CREATE INDEX report_due ON report (outbox, sequence) WHERE state IN ('owed', 'renaming', 'held');
CREATE INDEX report_name ON report (name);
CREATE INDEX report_of_arrival ON report (arrival_id) WHERE arrival_id IS NOT NULL;

CREATE TABLE told (
    outbox TEXT NOT NULL, order_id INTEGER NOT NULL, order_line_id INTEGER NOT NULL, total TEXT NOT NULL,
    PRIMARY KEY (outbox, order_id, order_line_id)
) WITHOUT ROWID;

CREATE TABLE document_told (
    document_id INTEGER NOT NULL REFERENCES document (id), outbox TEXT NOT NULL, outcome TEXT NOT NULL,
    report_id INTEGER NOT NULL, PRIMARY KEY (document_id, outbox)
) WITHOUT ROWID;
CREATE TABLE arrival_told (
    outbox TEXT NOT NULL, arrival_id INTEGER NOT NULL REFERENCES arrival (id), version INTEGER NOT NULL,
    PRIMARY KEY (outbox, arrival_id)
) WITHOUT ROWID;
-- every arrival of the inbox up to this one is final and told: where the search for untold ones begins
CREATE TABLE told_up_to (
    outbox TEXT NOT NULL, inbox TEXT NOT NULL, arrival_id INTEGER NOT NULL, PRIMARY KEY (outbox, inbox)
) WITHOUT ROWID;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, number TEXT, why TEXT NOT NULL, done TEXT NOT NULL
);
