-- What a call needs may be of any kind: a return order needs its order, an attachment what it belongs to.
ALTER TABLE need RENAME TO need_of_articles;
CREATE TABLE need (
    call_id INTEGER NOT NULL REFERENCES call (id), kind TEXT NOT NULL, number TEXT NOT NULL,
    PRIMARY KEY (call_id, kind, number)
) WITHOUT ROWID;
INSERT INTO need (call_id, kind, number) SELECT call_id, 'article', number FROM need_of_articles;
DROP TABLE need_of_articles;
