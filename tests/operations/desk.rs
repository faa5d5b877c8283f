//! A sandbox with the gateway's client of it: documents go in as they come of a format file, by the plan.

use std::time::Duration;

use lastkaj::call::{Call, Lane};
use lastkaj::document::{AnyDocument, DocumentType, from_json};
use lastkaj::fault::{Fault, Language};
use lastkaj::ongoing::{Answer, Found, Hint, Installation, Ongoing};
use lastkaj::plan::{PlanRules, plan};
use lastkaj::sandbox::{LimitSettings, SandboxSettings, Switches};
use lastkaj::secret::Secret;
use lastkaj::step::Steps;
use serde_json::{Value, json};

use crate::world::World;

pub struct Desk {
    pub world: World,
    runtime: tokio::runtime::Runtime,
    ongoing: Ongoing,
}

/// The hint for a call whose first attempt was not answered.
pub fn in_doubt(tries: u32) -> Hint {
    Hint { ongoing_id: None, in_doubt: true, tries }
}

impl Desk {
    /// A sandbox with the articles A and B, and an order SO-1 of both: row 10 of 5 A, row 20 of 2,5 B.
    pub fn open() -> Desk {
        Desk::with(Switches::default())
    }

    pub fn with(switches: Switches) -> Desk {
        let limits = LimitSettings { failures: 1_000_000, ..LimitSettings::default() };
        let settings = SandboxSettings { limits, switches, ..SandboxSettings::default() };
        let (username, password, _) = settings.first_account();
        let world = World::with(settings);
        let installation = Installation {
            name: "sandbox".into(),
            url: format!("http://{}/sandbox", world.address),
            username,
            password: Secret::new(password),
            time_out: Duration::from_secs(20),
            breaker_failures: 1_000,
            breaker_window: Duration::from_secs(600),
            rest_after_silence: Duration::from_secs(30),
            outage_alarm: Duration::from_secs(900),
            wait_max: Duration::from_secs(86_400),
            registers: Duration::from_secs(86_400),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let ongoing = Ongoing::new(&installation, world.clock.clone(), Steps::unwatched()).unwrap();
        let desk = Desk { world, runtime, ongoing };
        for number in ["A", "B"] {
            desk.world.put_article(number);
        }
        desk.world.put_order("SO-1", &[("10", "A", "5"), ("20", "B", "2.5")]);
        desk
    }

    /// The call that a document needs.
    pub fn call(&self, document_type: DocumentType, members: Value) -> Call {
        let mut document = AnyDocument::empty(document_type);
        from_json(document.as_document_mut(), &members).unwrap();
        let lane = Lane { installation: "sandbox".into(), goods_owner: 159 };
        plan(&document, &lane, &PlanRules::default(), String::new(), &Default::default(), &|_| None)
            .unwrap()
            .call
    }

    /// One attempt; the writes that were sent, as verb and end of the path, each with its status.
    pub fn perform(&self, call: &Call, hint: Hint) -> (Answer, Vec<String>) {
        let performed = self.runtime.block_on(self.ongoing.perform(call, hint));
        let told = |status: Option<u16>| status.map_or("-".to_owned(), |status| status.to_string());
        let writes = performed.requests.iter().filter(|request| !request.request.starts_with("GET"));
        let writes = writes.map(|request| {
            let (verb, path) = request.request.split_once(' ').unwrap();
            let path = path.split('?').next().unwrap().trim_start_matches("/sandbox/api/v1/");
            format!("{verb} {path} {}", told(request.status))
        });
        (performed.answer, writes.collect())
    }

    /// An attempt that must end in acceptance; the writes without their statuses.
    pub fn accepted(&self, call: &Call, hint: Hint) -> Vec<String> {
        let (answer, writes) = self.perform(call, hint);
        assert!(matches!(answer, Answer::Accepted { .. }), "{answer:?} after {writes:?}");
        writes.iter().map(|write| write.rsplit_once(' ').unwrap().0.to_owned()).collect()
    }

    /// An attempt that must be refused; the reason, as the sender reads it.
    pub fn refused(&self, call: &Call, hint: Hint) -> (&'static str, String) {
        match self.perform(call, hint) {
            (Answer::Refused(fault), _) => told(&fault),
            (other, writes) => panic!("{other:?} after {writes:?}"),
        }
    }

    /// An attempt that must end in doubt; why.
    pub fn unknown(&self, call: &Call, hint: Hint) -> &'static str {
        match self.perform(call, hint) {
            (Answer::Unknown(fault), _) => fault.code.name(),
            (other, writes) => panic!("{other:?} after {writes:?}"),
        }
    }

    pub fn look(&self, call: &Call) -> Found {
        self.runtime.block_on(self.ongoing.read_back(call)).found
    }

    /// The next request of this verb whose path ends so fails in this way, once.
    pub fn fails(&self, verb: &str, path: &str, how: Value) {
        let rule = json!({ "verb": verb, "path": path, "how": how, "times": 1 });
        self.world.page("POST", "failures", rule);
    }

    /// The one object of a list in the sandbox.
    pub fn only(&self, list: &str, query: &str) -> Value {
        let found = self.world.well("GET", &format!("{list}?goodsOwnerId=159&{query}"), json!(null));
        let found = found.as_array().unwrap();
        assert_eq!(found.len(), 1, "{list} {query}: {found:?}");
        found[0].clone()
    }

    pub fn order(&self) -> Value {
        self.only("orders", "orderNumber=SO-1")
    }
}

pub fn told(fault: &Fault) -> (&'static str, String) {
    (fault.code.name(), fault.what(Language::English))
}

/// A way to fail: the connection is cut after the request was done.
pub fn lost_answer() -> Value {
    json!({ "kind": "reset_after" })
}

/// A way to fail: the connection is cut before the request was done.
pub fn lost_request() -> Value {
    json!({ "kind": "reset_before" })
}

/// A way to fail: a refusal.
pub fn refusal(message: &str) -> Value {
    json!({ "kind": "status", "status": 400, "body": json!({ "message": message }).to_string() })
}
