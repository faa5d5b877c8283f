//! Mistakes in gateway.toml, and in TOML as such.

codes! {
    /// The text is no TOML.
    NOT_TOML = "not-toml", Operator;
    /// A key that nothing reads.
    UNKNOWN_KEY = "unknown-key", Operator;
    /// A key that must stand in its table.
    MISSING_KEY = "missing-key", Operator;
    /// A value of another kind than the key takes.
    WRONG_TYPE = "wrong-type", Operator;
    /// A value of the right kind that the key does not take.
    WRONG_VALUE = "wrong-value", Operator;
    /// A name that must stand elsewhere, and does not.
    UNKNOWN_NAME = "unknown-name", Operator;
    /// A key, or a table's name, of characters that names do not have.
    BAD_NAME = "bad-name", Operator;
    /// A password or key written into the file itself.
    SECRET_IN_CLEAR = "secret-in-clear", Operator;
    /// A secret that the file refers to, and that is not there.
    SECRET_MISSING = "secret-missing", Operator;
    /// A URL that is none, or not of a kind that the key takes.
    BAD_URL = "bad-url", Operator;
    /// A file that the configuration needs cannot be read.
    FILE_UNREADABLE = "file-unreadable", Operator;
    /// A file of ours (a format file, a code table, gateway.toml) that is no UTF-8.
    OUR_FILE_NOT_UTF8 = "our-file-not-utf8", Operator;
    /// Something that the design knows and this release does not do.
    NOT_SUPPORTED = "not-supported", Operator;
    /// Keys of which only one may stand.
    NOT_TOGETHER = "not-together", Operator;
    /// Two inboxes that may take the same file.
    SAME_FILES = "same-files", Operator;
    /// A format that does not do what the inbox or outbox needs.
    FORMAT_MISFIT = "format-misfit", Operator;
    /// A warning: the file of a secret can be read by others.
    SECRET_OPEN = "secret-open", Operator;
    /// A warning: nothing says when a file is whole.
    NO_READINESS = "no-readiness", Operator;
    /// A warning: an outbox writes what an inbox takes.
    OUTBOX_FEEDS_INBOX = "outbox-feeds-inbox", Operator;
    /// Something is to be kept longer than what it belongs to.
    KEEP_INCONSISTENT = "keep-inconsistent", Operator;
    /// A warning: a format does not set what a purpose of the partner needs.
    PURPOSE_NOT_MAPPED = "purpose-not-mapped", Operator;
    /// A format does not set what a purpose needs, so that each of its documents would be refused.
    PURPOSE_NEVER_MET = "purpose-never-met", Operator;
    /// A warning: two partners of one goods owner whose order numbers are not kept apart.
    SAME_NUMBERS = "same-numbers", Operator;
    /// A warning: two partners of one goods owner send articles.
    TWO_ARTICLE_MASTERS = "two-article-masters", Operator;
    /// A warning: an inbox for articles of a partner that is not their master.
    ARTICLES_ARE_REFUSED = "articles-are-refused", Operator;
    /// A warning: a format makes the row numbers of lines.
    ROW_NUMBERS_MADE = "row-numbers-made", Operator;
    /// A warning: a folder of code tables that is of no partner.
    CODES_OF_NO_PARTNER = "codes-of-no-partner", Operator;
    /// A code table in a folder of a partner's folder.
    CODE_TABLE_TOO_DEEP = "code-table-too-deep", Operator;
    /// A warning: a partner's code table that a format does not look up in, though it has almost the name of one that it does.
    CODES_NOT_OF_FORMAT = "codes-not-of-format", Operator;
    /// A warning: a partner's own code table that none of its formats looks up in.
    CODES_LOOKED_UP_BY_NONE = "codes-looked-up-by-none", Operator;
}

/// The codes that warn: the configuration is taken all the same.
pub(in crate::fault) const WARNINGS: &[crate::fault::Code] = &[
    SECRET_OPEN,
    NO_READINESS,
    OUTBOX_FEEDS_INBOX,
    PURPOSE_NOT_MAPPED,
    SAME_NUMBERS,
    TWO_ARTICLE_MASTERS,
    ARTICLES_ARE_REFUSED,
    ROW_NUMBERS_MADE,
    CODES_OF_NO_PARTNER,
    CODES_LOOKED_UP_BY_NONE,
    CODES_NOT_OF_FORMAT,
];
