//! Articles: which numbers are taken, and whether a kit may come before its components.

use serde_json::json;

use super::desk::{Desk, must_go_well};
use crate::fault::Fault;

/// The characters that are said to make trouble (`ongoing-rest-api.md`, section 19, question 4), and some that must not.
const TRIED: [char; 9] = ['!', '%', '_', '^', '\\', ' ', '/', '+', 'å'];

/// Makes the article that all else stands on.
pub(super) async fn begin(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let made = desk.put_article(&desk.number("A"), json!({})).await?;
    must_go_well(&made, "an article")
}

pub(super) async fn ask(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let mut refused = String::new();
    for character in TRIED {
        let number = desk.number(&format!("C{character}D"));
        if !desk.put_article(&number, json!({})).await?.is_well() {
            refused.push(character);
        }
    }
    let tried: String = TRIED.iter().collect();
    desk.found(
        "article_number_characters_refused",
        refused,
        format!("PUT /articles with each of \"{tried}\" in the number"),
    );
    let of = |component: String| {
        let rows = json!([{ "articleNumber": component, "numberOfItems": 2 }]);
        json!({ "structureDefinition": { "articleKind": "Structure", "rows": rows } })
    };
    let number = desk.number("KIT");
    // A kit of what is there, to see that it is the component that counts.
    let possible = desk.put_article(&number, of(desk.number("A"))).await?;
    let early = desk.put_article(&number, of(desk.number("NONE"))).await?;
    let seen = format!("PUT /articles of a kit whose component does not exist: {}", early.status);
    match possible.is_well() {
        true => desk.found("components_must_exist", !early.is_well(), seen),
        false => {
            desk.not_found("components_must_exist", format!("PUT /articles of any kit: {}", possible.status))
        }
    }
    Ok(())
}
