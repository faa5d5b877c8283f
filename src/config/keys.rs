//! The keys of gateway.toml: what each takes and means.

use std::sync::{Arc, LazyLock};

use crate::fault::Language;
use crate::plan::Purpose;
use crate::written::{Key, Keys, Takes, key, words};

use super::{gateway, inbox, outbox, rules};

static KEYS: LazyLock<Arc<Keys>> = LazyLock::new(|| Arc::new(file()));

/// The keys of gateway.toml.
pub fn keys() -> &'static Arc<Keys> {
    &KEYS
}

fn file() -> Keys {
    Keys::new(
        "gateway.toml",
        vec![
            key("gateway", gateway().into(), "The gateway itself").required(),
            key("keep", keep().into(), "How long what is kept"),
            key(
                "ongoing",
                Keys::named("installations", installation().into()),
                "The installations of Ongoing, by their names",
            )
            .required(),
            key(
                "partner",
                Keys::named("partners", partner().into()),
                "The ERPs that send and receive files, by their names",
            )
            .required(),
        ],
    )
}

fn language() -> Takes {
    Takes::Word(Language::ALL.map(Language::code).to_vec())
}

/// A span of time like `"1h 30m"`.
fn duration() -> Takes {
    Takes::Text
}

fn gateway() -> Keys {
    Keys::new(
        "gateway",
        vec![
            key("data", Takes::Text, "The folder of ledger and spool").required(),
            key(
                "formats",
                Takes::Text,
                "The folder of the format files; formats beside this file if it is absent",
            ),
            key(
                "control",
                Takes::Text,
                "The control socket, through which commands speak to a running gateway",
            ),
            key("language", language(), "The language of error files, pages and messages"),
            key(
                "workers",
                Takes::Integer(1..=gateway::WORKERS_MAX),
                "At most so many folders and files are worked on at once",
            ),
        ],
    )
}

fn keep() -> Keys {
    Keys::new(
        "keep",
        vec![
            key("ledger", duration(), "Rows of the ledger, like \"400d\""),
            key("files", duration(), "Our copies of files in and out"),
            key("personal_data", duration(), "What names people"),
            key("requests", duration(), "Each request to Ongoing with its answer"),
        ],
    )
}

fn installation() -> Keys {
    let breaker = Keys::new(
        "breaker",
        vec![
            key("failures", Takes::Integer(1..=100), "So many refusals or failures open it"),
            key("window", duration(), "Within this time"),
        ],
    );
    Keys::new(
        "installation",
        vec![
            key("url", Takes::Text, "The address, like \"https://api.ongoingsystems.se/nordlager\"")
                .required(),
            key("username", Takes::Text, "The account's user name").required(),
            key("password", secret(), "Where its password is, never the password itself").required(),
            key("time_out", duration(), "So long an answer may take"),
            key("rest_after_silence", duration(), "So long a lane rests after a request without an answer"),
            key("breaker", breaker.into(), "When a method is left alone for a while"),
            key("outage_alarm", duration(), "After so long without it an operator is called"),
            key("wait_max", duration(), "So long a call is tried before it is held"),
            key("registers", duration(), "How old the lists of carriers, types and the like may be"),
            key("shipped_status", Takes::Integer(1..=9_999), "The first order status that counts as shipped"),
            key("learnt", Takes::Text, "The file that lastkaj learn wrote"),
        ],
    )
}

fn secret() -> Takes {
    let ways = vec![
        key("credential", Takes::Text, "A credential of the service manager (LoadCredential)"),
        key("file", Takes::Text, "A file that only the gateway may read"),
        key("env", Takes::Text, "An environment variable"),
    ];
    Keys::new("secret", ways).into()
}

fn remote() -> Takes {
    Keys::new(
        "remote",
        vec![
            key("path", Takes::Text, "A folder of this machine"),
            key("url", Takes::Text, "A server, like \"sftp://user@host/folder\""),
            key("key", secret(), "Where the private key is"),
            key("passphrase", secret(), "Where the private key's passphrase is"),
            key("password", secret(), "Where the password is"),
            key(
                "host_key",
                Takes::texts(),
                "The server's key, as ssh-keyscan HOST | ssh-keygen -lf - prints it",
            ),
            key("time_out", duration(), "So long an answer may take"),
        ],
    )
    .into()
}

fn partner() -> Keys {
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).collect();
    let table = Keys::named("codes", Keys::named("code table", Takes::Text));
    let mut keys = vec![
        key("ongoing", Takes::Text, "The name of an installation: [ongoing.NAME]").required(),
        key("goods_owner", Takes::Integer(1..=i64::from(i32::MAX)), "Ongoing's id of the goods owner")
            .required(),
        key("timezone", Takes::Offered(zones), "The time zone of times in its files and schedules")
            .required(),
        key("language", language(), "The language of its error files"),
        key("live", Takes::Boolean, "false: read, check and answer, send nothing"),
        key("wait_for_article", duration(), "So long a document waits for an article that nobody knows"),
        key("ensure_articles", Takes::Boolean, "Articles that nobody knows are made"),
    ];
    keys.extend(of_rules());
    keys.extend([
        key("remote", remote(), "Where its folders are"),
        key("codes", table, "Code tables of its own, before the shared ones"),
        key("inbox", Keys::named("inboxes", inbox().into()), "Folders that are read, by their names"),
        key(
            "outbox",
            Keys::named("outboxes", outbox().into()),
            "Folders that are written to, by their names",
        ),
    ]);
    Keys::new("partner", keys)
}

fn of_rules() -> Vec<Key> {
    let purposes = Takes::Word(Purpose::ALL.map(Purpose::name).to_vec()).or_list();
    vec![
        key("purposes", purposes, "What its documents are for, so that what that needs is asked of them"),
        key("purposes_missing", words(&rules::STRICTNESS[..2]), "What becomes of documents that lack it"),
        key(
            "article_characters",
            words(&rules::STRICTNESS),
            "What becomes of article numbers with doubtful characters",
        ),
        key(
            "unknown_codes",
            words(&rules::STRICTNESS),
            "What becomes of codes that the installation does not have",
        ),
        key("order_number_prefix", Takes::Text, "What its order numbers begin with in Ongoing"),
        key("article_master", Takes::Boolean, "false: articles from it are refused"),
    ]
}

fn inbox() -> Keys {
    let after =
        Keys::new("after", vec![key("move_to", Takes::Text, "The folder to move files to").required()]);
    let ready = Keys::new(
        "ready",
        vec![
            key("quiet", duration(), "Size and time are unchanged for so long"),
            key("marker", Takes::Text, "A file of this name stands beside it, like \"{name}.ok\""),
            key("renamed_from", Takes::texts(), "Files with such names are still being written"),
        ],
    );
    let brake = Keys::new(
        "brake",
        vec![
            key("changed", Takes::Integer(1..=100), "Held where more per cent of the articles change"),
            key(
                "shorter",
                Takes::Integer(0..=100),
                "Held where a file is so many per cent shorter than usual",
            ),
            key("least", Takes::Integer(0..=i64::MAX), "Fewer documents are never unusual"),
            key("documents", Takes::Integer(1..=i64::MAX), "Held where a file has more documents"),
        ],
    );
    let files = Takes::texts().or(Keys::named("files that belong together", Takes::Text));
    let archives = Takes::Word(vec!["zip", "gz"]).or_list();
    Keys::new(
        "inbox",
        vec![
            key("folder", Takes::Text, "The folder, below the remote").required(),
            key("files", files, "File name patterns, like \"ORD*.csv\"; or one for each part of its format")
                .required(),
            key("format", Takes::Text, "The name of a format file, like \"pyramid/orders\"").required(),
            key("remote", remote(), "Where the folder is, if not where the partner's are"),
            key("ready", ready.into(), "When a file is whole"),
            key(
                "after",
                Takes::Word(vec!["delete", "leave"]).or(after),
                "What becomes of a file that was taken in",
            ),
            key("faults", words(&inbox::FAULT_RULES), "What one bad document costs"),
            key("failed", Takes::Text, "The folder of error files"),
            key("duplicates", words(&inbox::DUPLICATES), "What becomes of the same content once more"),
            key("skip_unchanged", Takes::Boolean, "What Ongoing already holds is not sent"),
            key("poll", duration(), "How often it is looked at"),
            key("wait_for_parts", duration(), "So long a file waits for the others that belong to it"),
            key("refresh", duration(), "After so long what is unchanged is sent all the same"),
            key("brake", brake.into(), "What is unusual, so that a person must look first"),
            key("unpack", archives, "Which archives are unpacked"),
            key("entries", Takes::texts(), "Which files in a zip are read"),
            key("keep_moved", duration(), "So long files stay in the folders that we move them to"),
        ],
    )
}

fn outbox() -> Keys {
    Keys::new(
        "outbox",
        vec![
            key("folder", Takes::Text, "The folder, below the remote").required(),
            key("report", Takes::Word(outbox::REPORTS_MADE.to_vec()), "What to tell").required(),
            key("format", Takes::Text, "The name of a format file that writes it").required(),
            key("name", Takes::Text, "The names of its files, like \"SHP_{sequence:06}.csv\"").required(),
            key("every", duration(), "How often, like \"5m\""),
            key(
                "at",
                Takes::texts(),
                "At which times of the day, like \"06:00\", in the partner's time zone",
            ),
            key("remote", remote(), "Where the folder is, if not where the partner's are"),
            key("ack_within", duration(), "Acknowledgements: so long they wait for what is not final yet"),
            key("inboxes", Takes::texts(), "Acknowledgements: of which inboxes"),
        ],
    )
}
