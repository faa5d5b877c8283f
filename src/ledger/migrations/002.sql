-- What is known of each installation's limits, so that a new start does not forget what failed just now.
CREATE TABLE limits (installation TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID;
