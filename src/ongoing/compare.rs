//! Is what Ongoing has what we sent? Asked after an unknown outcome (promise 5).
//!
//! Only members that the answer carries are compared, and tolerantly: Ongoing changes the case of codes, writes
//! null or nothing for an empty text, and dates with or without a time (`ongoing-rest-api.md`, sections 2 and 17).

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::ongoing::wire::{date_of, decimal_of, instant_of};

/// JSON deeper than this counts as unreadable; Ongoing's documents are less than ten deep.
const DEEPEST: usize = 64;

/// JSON whose numbers keep their own text.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// Null.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number, as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Json>),
    /// An object.
    Object(BTreeMap<String, Json>),
}

impl Json {
    /// Reads JSON text; `None` if it is none, or too deep.
    pub fn read(text: &str) -> Option<Json> {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        Json::read_raw(raw, 0)
    }

    fn read_raw(raw: &RawValue, depth: usize) -> Option<Json> {
        if depth > DEEPEST {
            return None;
        }
        let text = raw.get();
        Some(match text.as_bytes().first()? {
            b'n' => Json::Null,
            b't' => Json::Boolean(true),
            b'f' => Json::Boolean(false),
            b'"' => Json::Text(serde_json::from_str(text).ok()?),
            b'[' => {
                let items: Vec<&RawValue> = serde_json::from_str(text).ok()?;
                Json::List(
                    items.into_iter().map(|item| Json::read_raw(item, depth + 1)).collect::<Option<_>>()?,
                )
            }
            b'{' => {
                let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).ok()?;
                let read =
                    |(name, raw): (String, Box<RawValue>)| Some((name, Json::read_raw(&raw, depth + 1)?));
                Json::Object(members.into_iter().map(read).collect::<Option<_>>()?)
            }
            _ => Json::Number(text.to_owned()),
        })
    }

    /// The member of an object; `None` where there is none.
    pub fn member(&self, name: &str) -> Option<&Json> {
        match self {
            Json::Object(members) => members.get(name),
            _ => None,
        }
    }

    /// The member at a path of names.
    fn at(&self, path: &[&str]) -> Option<&Json> {
        path.iter().try_fold(self, |json, name| json.member(name))
    }

    /// The member as a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.member(name)? {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The member as a whole number.
    pub fn whole(&self, name: &str) -> Option<i64> {
        match self.member(name)? {
            Json::Number(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// The elements of a list; none of anything else.
    pub fn items(&self) -> &[Json] {
        match self {
            Json::List(items) => items,
            _ => &[],
        }
    }

    /// Whether it says as little as nothing: null, an empty text or list, false, zero, or an object of such.
    fn is_nothing(&self) -> bool {
        match self {
            Json::Null => true,
            Json::Boolean(truth) => !truth,
            Json::Number(text) => decimal_of(text).is_some_and(|number| number.is_zero()),
            Json::Text(text) => text.trim().is_empty(),
            Json::List(items) => items.is_empty(),
            Json::Object(members) => members.values().all(Json::is_nothing),
        }
    }
}

/// The first member in which an article differs from what we sent, or `None`.
pub fn article_differs(sent: &Json, there: &Json) -> Option<String> {
    members_differ(sent, there, "", &|_| None)
}

/// The first member in which an order differs from what we sent, or `None`.
pub fn order_differs(sent: &Json, there: &Json) -> Option<String> {
    let Some(head) = there.member("orderInfo") else { return Some("orderInfo".to_owned()) };
    let Json::Object(members) = sent else { return Some("order".to_owned()) };
    for (name, value) in members {
        let different = match name.as_str() {
            "orderLines" => Lines {
                member: name,
                row_number: "rowNumber",
                elsewhere: &|member| match member {
                    "articleNumber" => Some(&["article", "articleNumber"]),
                    "numberOfItems" => Some(&["orderedNumberOfItems"]),
                    "lineFreeValues" => Some(&["freeValues"]),
                    _ => None,
                },
            }
            .differ(value, there),
            "consignee" | "classes" => differs(value, there.member(name), name),
            "transporter" | "returnTransporter" => there.member(name).and_then(|there| match there {
                Json::Null => (!value.is_nothing()).then(|| name.clone()),
                there => members_differ(value, there, name, TRANSPORTER_ELSEWHERE),
            }),
            "warehouseId" => differs(value, head.at(&["warehouse", "id"]), name),
            _ => differs(value, head.member(name), name),
        };
        if different.is_some() {
            return different;
        }
    }
    None
}

/// The first member in which a purchase order differs from what we sent, or `None`. Its announced items are compared by
/// whoever announces them.
pub fn purchase_order_differs(sent: &Json, there: &Json) -> Option<String> {
    let Some(head) = there.member("purchaseOrderInfo") else { return Some("purchaseOrderInfo".to_owned()) };
    let Json::Object(members) = sent else { return Some("purchaseOrder".to_owned()) };
    members.iter().find_map(|(name, value)| match name.as_str() {
        "purchaseOrderLines" => Lines {
            member: name,
            row_number: "rowNumber",
            elsewhere: &|member| match member {
                "articleNumber" => Some(&["article", "articleNumber"]),
                "numberOfItems" => Some(&["advisedNumberOfItems"]),
                "lineFreeValues" => Some(&["freeValues"]),
                _ => None,
            },
        }
        .differ(value, there),
        "supplierInfo" | "sellerInfo" => differs(value, there.member(name), name),
        "warehouseId" => differs(value, head.at(&["warehouse", "id"]), name),
        _ => differs(value, head.member(name), name),
    })
}

/// The first member in which a return order differs from what we sent, or `None`. Order and lines are compared by our own
/// numbers, which stand in members that are ours.
pub fn return_order_differs(sent: &Json, there: &Json) -> Option<String> {
    let Some(head) = there.member("returnOrderInfo") else { return Some("returnOrderInfo".to_owned()) };
    let Json::Object(members) = sent else { return Some("returnOrder".to_owned()) };
    members.iter().find_map(|(name, value)| match name.as_str() {
        "returnOrderLines" => Lines {
            member: name,
            row_number: "returnOrderRowNumber",
            elsewhere: &|member| match member {
                "@orderRowNumber" => Some(&["customerOrderLine", "customerOrderRowNumber"]),
                _ => None,
            },
        }
        .differ(value, there),
        "@orderNumber" => differs(value, there.at(&["customerOrderInfo", "orderNumber"]), name),
        "returnTransporter" => there.member(name).and_then(|there| match there {
            Json::Null => (!value.is_nothing()).then(|| name.clone()),
            there => members_differ(value, there, name, TRANSPORTER_ELSEWHERE),
        }),
        _ => differs(value, head.member(name), name),
    })
}

/// Transporters are written by other names than they are read by.
const TRANSPORTER_ELSEWHERE: Elsewhere<'static> = &|member| match member {
    "transporterCode" => Some(&["code"]),
    "transporterServiceCode" => Some(&["serviceCode"]),
    _ => None,
};

/// How the lines of a document are compared: they are the same line if their row number is, and one line more or less is
/// a difference.
struct Lines<'a> {
    member: &'a str,
    row_number: &'a str,
    elsewhere: Elsewhere<'a>,
}

impl Lines<'_> {
    fn differ(&self, sent: &Json, there: &Json) -> Option<String> {
        let sent = sent.items();
        let there = there.member(self.member).map_or(&[][..], Json::items);
        for line in sent {
            let row = line.text(self.row_number).unwrap_or_default();
            let path = format!("{}[{row}]", self.member);
            let is_it = |line: &&Json| line.text(self.row_number).map(str::trim) == Some(row.trim());
            let Some(found) = there.iter().find(is_it) else { return Some(path) };
            let different = members_differ(line, found, &path, self.elsewhere);
            if different.is_some() {
                return different;
            }
        }
        (there.len() > sent.len()).then(|| self.member.to_owned())
    }
}

/// Where the answer has a member under another name.
type Elsewhere<'a> = &'a dyn Fn(&str) -> Option<&'static [&'static str]>;

fn members_differ(sent: &Json, there: &Json, path: &str, elsewhere: Elsewhere<'_>) -> Option<String> {
    let Json::Object(members) = sent else { return Some(path.to_owned()) };
    members.iter().find_map(|(name, value)| {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let there = match elsewhere(name) {
            Some(names) => there.at(names),
            None => there.member(name),
        };
        differs(value, there, &path)
    })
}

/// The path of the first difference. A member that the answer does not carry cannot differ.
fn differs(sent: &Json, there: Option<&Json>, path: &str) -> Option<String> {
    let there = there?;
    let name = path.rsplit('.').next().unwrap_or(path);
    let same = match (sent, there) {
        _ if sent.is_nothing() && there.is_nothing() => true,
        (Json::Object(members), Json::Object(_)) if is_registry(members) => registry_same(sent, there),
        (Json::Object(_), Json::Object(_)) => return members_differ(sent, there, path, &|_| None),
        (Json::List(sent), Json::List(there)) => {
            sent.len() == there.len()
                && sent
                    .iter()
                    .all(|item| there.iter().any(|other| differs(item, Some(other), path).is_none()))
        }
        (Json::Boolean(sent), Json::Boolean(there)) => sent == there,
        (Json::Number(sent), Json::Number(there) | Json::Text(there)) => {
            decimal_of(sent).is_some() && decimal_of(sent) == decimal_of(there)
        }
        (Json::Text(sent), Json::Text(there)) => texts_same(name, sent, there),
        _ => false,
    };
    (!same).then(|| path.to_owned())
}

fn is_registry(members: &BTreeMap<String, Json>) -> bool {
    !members.is_empty() && members.keys().all(|name| name == "code" || name == "name")
}

/// Registries are matched by code; a known code keeps the name that it had. Without a code the name decides.
fn registry_same(sent: &Json, there: &Json) -> bool {
    let same = |name: &str| match (sent.text(name), there.text(name)) {
        (Some(sent), Some(there)) if !sent.trim().is_empty() => {
            sent.trim().to_lowercase() == there.trim().to_lowercase()
        }
        _ => false,
    };
    if sent.text("code").is_some_and(|code| !code.trim().is_empty()) { same("code") } else { same("name") }
}

fn texts_same(name: &str, sent: &str, there: &str) -> bool {
    let (sent, there) = (sent.trim(), there.trim());
    if sent == there {
        return true;
    }
    if name.ends_with("Code") && sent.to_lowercase() == there.to_lowercase() {
        return true;
    }
    let is_time = name.ends_with("Date") || name.contains("DateTime") || name.contains("Time");
    if !is_time {
        return false;
    }
    match (date_of(sent), date_of(there)) {
        // A bare date on either side has no time to compare.
        (Some(one), Some(other)) if sent.len() <= 10 || there.len() <= 10 => one == other,
        (Some(_), Some(_)) => instant_of(sent).is_some() && instant_of(sent) == instant_of(there),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(sent: &str, there: &str) -> Option<String> {
        order_differs(&Json::read(sent).unwrap(), &Json::read(there).unwrap())
    }

    fn article(sent: &str, there: &str) -> Option<String> {
        article_differs(&Json::read(sent).unwrap(), &Json::read(there).unwrap())
    }

    #[test]
    fn what_ongoing_writes_otherwise_is_the_same() {
        let sent = r#"{"articleNumber":"A","unitCode":"St","weight":1.5,"description":"","isStockArticle":false,
            "articleGroup":{"code":"G1","name":"Group"},"structureDefinition":{"articleKind":"Structure"}}"#;
        let there = r#"{"articleNumber":"A","unitCode":"st","weight":1.500,"description":null,"isStockArticle":null,
            "articleGroup":{"code":"g1","name":"Another name"},"new":1}"#;
        assert_eq!(article(sent, there), None);
    }

    #[test]
    fn what_differs_is_named() {
        assert_eq!(article(r#"{"weight":1.5}"#, r#"{"weight":1.6}"#).as_deref(), Some("weight"));
        assert_eq!(
            article(r#"{"articleName":"a"}"#, r#"{"articleName":"A"}"#).as_deref(),
            Some("articleName")
        );
        assert_eq!(
            article(r#"{"articleName":"a"}"#, r#"{"articleName":null}"#).as_deref(),
            Some("articleName")
        );
        let (sent, there) =
            (r#"{"articleGroup":{"code":"A","name":"N"}}"#, r#"{"articleGroup":{"code":"B","name":"N"}}"#);
        assert_eq!(article(sent, there).as_deref(), Some("articleGroup"));
    }

    #[test]
    fn numbers_beyond_floats_differ_in_their_last_digit() {
        let (sent, there) = (r#"{"weight":0.10000000000000000001}"#, r#"{"weight":0.10000000000000000002}"#);
        assert_eq!(article(sent, there).as_deref(), Some("weight"));
    }

    const SENT: &str = r#"{"orderNumber":"S","deliveryDate":"2026-03-31","transporter":{"transporterCode":"PLAB","transporterServiceCode":"P18"},
        "warehouseId":1,"consignee":{"name":"N"},"orderLines":[{"rowNumber":"10","articleNumber":"H","numberOfItems":3}]}"#;

    fn there(line: &str, date: &str) -> String {
        format!(
            r#"{{"orderInfo":{{"orderNumber":"S","deliveryDate":"{date}","warehouse":{{"id":1}}}},"consignee":{{"name":"N"}},
            "transporter":{{"code":"plab","serviceCode":"P18"}},"orderLines":[{line}]}}"#
        )
    }

    #[test]
    fn an_order_is_found_under_the_names_it_is_read_by() {
        let line = r#"{"rowNumber":"10","article":{"articleNumber":"H"},"orderedNumberOfItems":3.0}"#;
        assert_eq!(order(SENT, &there(line, "2026-03-31T00:00:00")), None);
        assert_eq!(order(SENT, &there(line, "2026-04-01")).as_deref(), Some("deliveryDate"));
        assert_eq!(order(SENT, &there("", "2026-03-31")).as_deref(), Some("orderLines[10]"));
        let other = line.replace("3.0", "2.0");
        assert_eq!(
            order(SENT, &there(&other, "2026-03-31")).as_deref(),
            Some("orderLines[10].numberOfItems")
        );
        let more = format!("{line},{}", line.replace("\"10\"", "\"20\""));
        assert_eq!(order(SENT, &there(&more, "2026-03-31")).as_deref(), Some("orderLines"));
    }

    #[test]
    fn depth_is_bounded() {
        assert_eq!(Json::read(&format!("{}{}", "[".repeat(5000), "]".repeat(5000))), None);
    }
}
