//! What a partner asks of its documents beyond what Ongoing does.

use crate::call::OwnNumbers;

use super::lists::Lists;
use super::purposes::Purpose;

/// What a partner asks of its documents beyond what Ongoing does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanRules {
    /// What its data is for.
    pub purposes: Vec<Purpose>,
    /// What becomes of a document that lacks what a purpose needs.
    pub purposes_missing: Strictness,
    /// What becomes of a document with an article number in which one of `! % _ ^ \` stands.
    pub article_characters: Strictness,
    /// What becomes of a document with a code that the installation's list does not have.
    pub unknown_codes: Strictness,
    /// Which order-like numbers are its own.
    pub numbers: OwnNumbers,
    /// Another partner is the master of articles: this one's article documents are refused.
    pub refuse_articles: bool,
    /// The installation's lists as they were read last.
    pub lists: Lists,
}

/// What becomes of a document that is not as it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Strictness {
    /// It is sent, and a warning stands with it.
    #[default]
    Warn,
    /// It is faulty.
    Refuse,
    /// Nothing is said.
    Allow,
}
