//! What a partner asks of its documents: purposes, characters, codes, whose numbers and articles they are.

use crate::call::OwnNumbers;
use crate::document::DocumentType;
use crate::fault::{Fault, Place, code};
use crate::format::Definition;
use crate::plan::{Learnt, Lists, PlanRules, Purpose, Strictness};
use crate::written::{At, Table, suggestion};

use super::World;
use super::partner::{Checked, Owner};

pub(super) const STRICTNESS: [(&str, Strictness); 3] =
    [("warn", Strictness::Warn), ("refuse", Strictness::Refuse), ("allow", Strictness::Allow)];

/// So long may a prefix be: Ongoing is known to take order numbers of 50 characters.
const PREFIX_MAX: usize = 20;

/// The keys of a partner's table that say what is asked of its documents.
pub(super) fn check(table: &Table<'_>) -> PlanRules {
    PlanRules {
        purposes: purposes(table),
        purposes_missing: table.one_of("purposes_missing", &STRICTNESS[..2]).unwrap_or_default(),
        article_characters: table.one_of("article_characters", &STRICTNESS).unwrap_or_default(),
        unknown_codes: table.one_of("unknown_codes", &STRICTNESS).unwrap_or_default(),
        numbers: OwnNumbers { prefix: prefix(table), theirs: Vec::new() },
        refuse_articles: table.boolean("article_master").is_some_and(|master| !master.value),
        lists: Lists::default(),
        learnt: Learnt::default(),
    }
}

fn purposes(table: &Table<'_>) -> Vec<Purpose> {
    let mut purposes = Vec::new();
    for written in table.texts("purposes").unwrap_or_default() {
        match Purpose::ALL.into_iter().find(|purpose| purpose.name() == written.value) {
            Some(purpose) if !purposes.contains(&purpose) => purposes.push(purpose),
            Some(_) => {}
            None => {
                let names = Purpose::ALL.map(Purpose::name);
                let expected = format!("one of: {}", names.join(", "));
                table.wrong_value("purposes", &written, &expected, &suggestion(&written, names));
            }
        }
    }
    purposes
}

fn prefix(table: &Table<'_>) -> String {
    let Some(written) = table.text("order_number_prefix") else { return String::new() };
    let good = !written.is_empty()
        && written.chars().count() <= PREFIX_MAX
        && written.chars().all(|sign| !sign.is_control() && !sign.is_whitespace());
    if !good {
        let expected = format!("1 to {PREFIX_MAX} characters without blanks, like \"A-\"");
        table.wrong_value("order_number_prefix", &written, &expected, "");
        return String::new();
    }
    written.value
}

/// What an inbox's format does not set of what its partner asks for. `written` is where the inbox names its format.
pub(super) fn check_format(
    world: &World<'_>,
    table: &Table<'_>,
    inbox: &str,
    written: &At<String>,
    format: &Definition,
    owner: &Owner<'_>,
) {
    let Some(partner) = owner.partner else { return };
    let about = |code| {
        Fault::new(code)
            .at(written.place.clone())
            .found(&written.value)
            .with("inbox", inbox)
            .with("file", format!("formats/{}.toml", written.value))
    };
    let reads = format.reads();
    if partner.rules.refuse_articles && reads.contains(&DocumentType::Article) {
        world.warn(about(code::ARTICLES_ARE_REFUSED).with("partner", owner.name));
    }
    for member in format.row_numbers_made() {
        let fault = about(code::ROW_NUMBERS_MADE).with("member", member);
        // It is the format's, not the inbox's: told once.
        let told = |known: &Fault| {
            known.code == fault.code
                && known.found == fault.found
                && known.args.get("member") == fault.args.get("member")
        };
        if !world.warnings.borrow().iter().any(told) {
            world.warn(fault);
        }
    }
    let needs = partner.rules.purposes.iter().flat_map(|purpose| purpose.needs());
    for need in needs.filter(|need| reads.contains(&need.document)) {
        let set = format.sets(need.document);
        if need.one_of.iter().any(|member| set.contains(*member)) {
            continue;
        }
        let fault = |code| {
            about(code)
                .with("members", need.one_of.join(", "))
                .with("document", need.document.name())
                .with("purpose", need.purpose.name())
        };
        match partner.rules.purposes_missing {
            Strictness::Refuse => table.fault(fault(code::PURPOSE_NEVER_MET)),
            Strictness::Warn | Strictness::Allow => world.warn(fault(code::PURPOSE_NOT_MAPPED)),
        }
    }
}

/// What only shows when the partners of one goods owner are looked at together, and whose numbers are whose.
pub(super) fn share(world: &World<'_>, partners: &mut [Checked]) {
    let all: Vec<Sharing> = partners.iter().filter_map(sharing).collect();
    for (position, second) in all.iter().enumerate() {
        for first in all.iter().take(position).filter(|first| first.lane == second.lane) {
            let about = |code| {
                Fault::new(code)
                    .at(second.place.clone())
                    .with("first", &first.name)
                    .with("second", &second.name)
                    .with("goods_owner", second.lane.goods_owner)
            };
            if may_meet(&first.prefix, &second.prefix) {
                let fault = about(code::SAME_NUMBERS).with("prefix", &first.prefix);
                world.warn(fault.with("other", &second.prefix));
            }
            if first.sends_articles && second.sends_articles {
                world.warn(about(code::TWO_ARTICLE_MASTERS));
            }
        }
    }
    for checked in partners {
        let Some(partner) = &mut checked.partner else { continue };
        let own = partner.rules.numbers.prefix.clone();
        let theirs = all.iter().filter(|other| other.lane == partner.lane && other.prefix != own);
        let theirs = theirs.filter(|other| other.prefix.starts_with(&own));
        partner.rules.numbers.theirs = theirs.map(|other| other.prefix.clone()).collect();
        for inbox in checked.inboxes.iter_mut().filter_map(|inbox| inbox.made.as_mut()) {
            inbox.rules = partner.rules.clone();
        }
        for outbox in checked.outboxes.iter_mut().filter_map(|outbox| outbox.made.as_mut()) {
            outbox.numbers = partner.rules.numbers.clone();
        }
    }
}

/// What matters of a partner to the others of its goods owner.
struct Sharing {
    name: String,
    place: Place,
    lane: crate::call::Lane,
    prefix: String,
    sends_articles: bool,
}

fn sharing(checked: &Checked) -> Option<Sharing> {
    let partner = checked.partner.as_ref()?;
    let mut inboxes = checked.inboxes.iter().filter_map(|inbox| inbox.made.as_ref());
    let reads_articles = inboxes.any(|inbox| inbox.format.reads().contains(&DocumentType::Article));
    Some(Sharing {
        name: partner.name.clone(),
        place: checked.place.clone(),
        lane: partner.lane.clone(),
        prefix: partner.rules.numbers.prefix.clone(),
        sends_articles: reads_articles && !partner.rules.refuse_articles,
    })
}

/// The same prefix, or one that begins with the other. Where only one is empty each number still has one owner: a
/// number of the partner without a prefix that begins with the other's is refused.
fn may_meet(first: &str, second: &str) -> bool {
    let begins = first.starts_with(second) || second.starts_with(first);
    begins && first.is_empty() == second.is_empty()
}
