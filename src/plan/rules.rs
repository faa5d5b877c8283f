//! What a partner asks of its documents beyond what Ongoing does.

use std::collections::BTreeMap;

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
    /// What is known of how the installation behaves.
    pub learnt: Learnt,
}

impl PlanRules {
    /// What becomes of a document with an article number that may make trouble. What is known to be refused is refused here,
    /// unless the partner says otherwise.
    pub(super) fn article_characters_strictness(&self) -> Strictness {
        match (self.article_characters, &self.learnt.article_number_characters_refused) {
            (Strictness::Warn, Some(_)) => Strictness::Refuse,
            (strictness, _) => strictness,
        }
    }
}

/// How an installation behaves, as `lastkaj learn` found it out, as far as planning goes by it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learnt {
    /// The characters that an article number must not have; `None`: not learnt.
    pub article_number_characters_refused: Option<String>,
    /// A text that is longer than its member is refused.
    pub over_long_is_refused: bool,
    /// The lengths that were found, by schema and member (`PostOrderModel.orderRemark`).
    pub lengths: BTreeMap<String, usize>,
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
