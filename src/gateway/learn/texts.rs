//! Texts that are longer than their member: whether they are kept, cut or refused, and from which length on.

use serde_json::{Map, Value, json};

use super::desk::{Desk, line};
use crate::fault::Fault;

/// Longer than any member that is known.
const TOO_LONG: usize = 4_000;

/// A member that is tried: its schema and name, and where it stands.
#[derive(Clone, Copy)]
enum Tried {
    OrderRemark,
    ConsigneeName,
    LineComment,
    ArticleName,
}

impl Tried {
    const ALL: [Tried; 4] =
        [Tried::OrderRemark, Tried::ConsigneeName, Tried::LineComment, Tried::ArticleName];

    fn name(self) -> &'static str {
        match self {
            Tried::OrderRemark => "PostOrderModel.orderRemark",
            Tried::ConsigneeName => "PostOrderConsignee.name",
            Tried::LineComment => "PostOrderLine.comment",
            Tried::ArticleName => "PostArticleModel.articleName",
        }
    }

    /// Whether a text of this length was taken.
    async fn is_taken(self, desk: &mut Desk<'_>, length: usize) -> Result<bool, Fault> {
        let text = "å".repeat(length);
        let answer = match self {
            Tried::OrderRemark => desk.put_order("T", json!({ "orderRemark": text })).await?,
            Tried::ConsigneeName => desk.put_order("T", json!({ "consignee": { "name": text } })).await?,
            Tried::LineComment => {
                let mut line = line("1", &desk.number("A"), 1);
                line["comment"] = json!(text);
                desk.put_order("T", json!({ "orderLines": [line] })).await?
            }
            Tried::ArticleName => desk.put_article(&desk.number("T"), json!({ "articleName": text })).await?,
        };
        Ok(answer.is_well())
    }

    /// How long the text is that is there now.
    async fn kept(self, desk: &mut Desk<'_>) -> Result<usize, Fault> {
        let object = match self {
            Tried::ArticleName => desk.article(&desk.number("T")).await?,
            _ => desk.order("T").await?,
        };
        let text = match self {
            Tried::OrderRemark => &object["orderInfo"]["orderRemark"],
            Tried::ConsigneeName => &object["consignee"]["name"],
            Tried::LineComment => &object["orderLines"][0]["comment"],
            Tried::ArticleName => &object["articleName"],
        };
        Ok(text.as_str().map_or(0, |text| text.chars().count()))
    }
}

pub(super) async fn ask(desk: &mut Desk<'_>) -> Result<(), Fault> {
    let (mut cut, mut refused) = (false, false);
    let mut lengths = Map::new();
    for tried in Tried::ALL {
        if !tried.is_taken(desk, TOO_LONG).await? {
            refused = true;
            lengths.insert(tried.name().to_owned(), json!(longest_taken(desk, tried).await?));
        } else {
            let kept = tried.kept(desk).await?;
            if kept < TOO_LONG {
                cut = true;
                lengths.insert(tried.name().to_owned(), json!(kept));
            }
        }
    }
    let seen = format!("texts of {TOO_LONG} characters in {}", Tried::ALL.map(Tried::name).join(", "));
    // Where one is cut and another refused, what is lost in silence matters more.
    let answer = if cut {
        "cut"
    } else if refused {
        "refused"
    } else {
        "kept"
    };
    desk.found("over_long", answer, seen.clone());
    desk.found("lengths", Value::Object(lengths), seen);
    Ok(())
}

/// The longest text that is taken, found by halving.
async fn longest_taken(desk: &mut Desk<'_>, tried: Tried) -> Result<usize, Fault> {
    let (mut taken, mut refused) = (0, TOO_LONG);
    while refused - taken > 1 {
        let middle = taken.midpoint(refused);
        if tried.is_taken(desk, middle).await? {
            taken = middle;
        } else {
            refused = middle;
        }
    }
    Ok(taken)
}
