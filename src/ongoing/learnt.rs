//! How an installation behaves where the vendor's documents do not say it (`ongoing-rest-api.md`, section 19), as
//! `lastkaj learn` found it out.

/// What can be learnt, by its name in the file of answers. The stand-in's switches have the same names.
pub const LEARNABLE: [&str; 24] = [
    "absent_lines_stay",
    "absent_members_stay",
    "article_number_characters_refused",
    "components_must_exist",
    "first_purchase_order_status",
    "first_status",
    "late_reads_lack_lines",
    "lengths",
    "locked_order_status",
    "made_order_status",
    "null_reported_counts_as_zero",
    "over_long",
    "put_on_cancelled",
    "reads_until_seen",
    "refusal_body",
    "retry_after",
    "unknown_article_status",
    "unknown_id_status",
    "unknown_item_line_refused",
    "unknown_members_shown",
    "unknown_reference_status",
    "unknown_transporter_status",
    "untyped_answer",
    "wrong_goods_owner_status",
];
