//! The registers that documents take their codes from: carriers and their services, ways of delivery, types, statuses,
//! warehouses, causes of returns (`ongoing-rest-api.md`, section 7). They are only read.

use reqwest::Method;

use crate::ongoing::answer::Unavailable;
use crate::ongoing::compare::Json;
use crate::ongoing::exchange::{Ask, Request};
use crate::ongoing::rest::Ongoing;

/// A register as Ongoing has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRegister {
    /// What it lists: `transporters`.
    pub name: &'static str,
    /// What documents state of it, in Ongoing's order.
    pub codes: Vec<RegisteredCode>,
}

/// One entry of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredCode {
    /// What a document states: a code, a number, or an id where the API goes by ids.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The code that it belongs to: a service's transporter.
    pub of: Option<String>,
}

/// A register that is a plain list: its name, its step, its method, the member that the list stands in (none: it is the
/// answer), and the members of code and name.
struct PlainRegister {
    name: &'static str,
    step: &'static str,
    method: &'static str,
    list: Option<&'static str>,
    code: &'static str,
    text: &'static str,
}

const PLAIN: [PlainRegister; 7] = [
    PlainRegister {
        name: "ways of delivery",
        step: "ongoing.get_ways_of_delivery",
        method: "GET /orders/wayOfDeliveryTypes",
        list: Some("wayOfDeliveryTypes"),
        code: "code",
        text: "name",
    },
    PlainRegister {
        name: "order types",
        step: "ongoing.get_order_types",
        method: "GET /orders/types",
        list: Some("orderTypes"),
        code: "code",
        text: "name",
    },
    PlainRegister {
        name: "order statuses",
        step: "ongoing.get_order_statuses",
        method: "GET /orders/statuses",
        list: Some("orderStatuses"),
        code: "number",
        text: "text",
    },
    PlainRegister {
        name: "purchase order types",
        step: "ongoing.get_purchase_order_types",
        method: "GET /purchaseOrders/types",
        list: Some("purchaseOrderTypes"),
        code: "code",
        text: "name",
    },
    PlainRegister {
        name: "purchase order statuses",
        step: "ongoing.get_purchase_order_statuses",
        method: "GET /purchaseOrders/statuses",
        list: Some("orderStatuses"),
        code: "number",
        text: "text",
    },
    PlainRegister {
        name: "warehouses",
        step: "ongoing.get_warehouses",
        method: "GET /warehouses",
        list: None,
        code: "id",
        text: "name",
    },
    PlainRegister {
        name: "return causes",
        step: "ongoing.get_return_causes",
        method: "GET /returnOrders/returnCauses",
        list: Some("returnCauses"),
        code: "code",
        text: "name",
    },
];

impl Ongoing {
    /// Every register that a goods owner's documents take codes from, each by a request of its own.
    ///
    /// # Errors
    /// One of them could not be read. The requests stand in `requests` either way.
    pub async fn registers(
        &self,
        goods_owner: i32,
        requests: &mut Vec<Request>,
    ) -> Result<Vec<CodeRegister>, Unavailable> {
        let contracts = self
            .register("ongoing.get_transporters", "GET /transporterContracts", goods_owner, requests)
            .await?;
        let mut registers = carriers(&contracts);
        for plain in &PLAIN {
            let answer = self.register(plain.step, plain.method, goods_owner, requests).await?;
            let list = match plain.list {
                Some(member) => answer.member(member).map_or(&[][..], Json::items),
                None => answer.items(),
            };
            let entry = |entry: &Json| {
                Some(RegisteredCode {
                    code: stated(entry, plain.code)?,
                    name: entry.text(plain.text).unwrap_or_default().to_owned(),
                    of: None,
                })
            };
            registers.push(CodeRegister { name: plain.name, codes: list.iter().filter_map(entry).collect() });
        }
        Ok(registers)
    }

    async fn register(
        &self,
        step: &'static str,
        method: &'static str,
        goods_owner: i32,
        requests: &mut Vec<Request>,
    ) -> Result<Json, Unavailable> {
        let path = method.trim_start_matches("GET /");
        // Lists of the whole installation take no goods owner, and mind none.
        let whole = path.ends_with("statuses") || path == "warehouses";
        let query = if whole { Vec::new() } else { vec![("goodsOwnerId", goods_owner.to_string())] };
        let ask = Ask { step, method, verb: Method::GET, path, query, body: None };
        let text = self.read_text(ask, requests).await?;
        Ok(Json::read(&text).unwrap_or(Json::Null))
    }
}

/// Carriers and their services stand in one list, a carrier possibly several times.
fn carriers(contracts: &Json) -> Vec<CodeRegister> {
    let (mut transporters, mut services): (Vec<RegisteredCode>, Vec<RegisteredCode>) = Default::default();
    for contract in contracts.items() {
        let Some(transporter) = stated(contract, "transporterCode") else { continue };
        let name = contract.text("transporterName").unwrap_or_default().to_owned();
        if transporters.iter().all(|known| known.code != transporter) {
            transporters.push(RegisteredCode { code: transporter.clone(), name, of: None });
        }
        let named = contract.member("transporterServices").map_or(&[][..], Json::items);
        for service in named.iter().chain([contract]) {
            let Some(code) = stated(service, "transporterServiceCode") else { continue };
            let name = service.text("transporterServiceName").unwrap_or_default().to_owned();
            let of = Some(transporter.clone());
            if services.iter().all(|known| known.code != code || known.of != of) {
                services.push(RegisteredCode { code, name, of });
            }
        }
    }
    vec![
        CodeRegister { name: "transporters", codes: transporters },
        CodeRegister { name: "transporter services", codes: services },
    ]
}

/// A member that is a text or a number, as a text; `None` if it is empty.
fn stated(entry: &Json, member: &str) -> Option<String> {
    let text = entry
        .text(member)
        .map(str::to_owned)
        .or_else(|| entry.whole(member).map(|number| number.to_string()));
    text.filter(|text| !text.trim().is_empty())
}
