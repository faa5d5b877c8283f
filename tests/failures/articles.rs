//! Orders with articles that nobody knows: sent as they are, waited for, or created.

use chrono::TimeDelta;
use lastkaj::call::CallState;

use crate::world::World;

const OWNER: &str = "goods_owner = 159\n";

fn world(rule: &str) -> World {
    let mut world = World::new();
    world.configure(&[(OWNER, &format!("{OWNER}{rule}\n"))]);
    world
}

#[test]
fn an_order_waits_for_an_article_that_comes_later() {
    let mut world = world("wait_for_article = \"30m\"");
    world.orders("ORD1.csv", &[("81", "Elsa", "E"), ("82", "Åke", "A")]);
    world.rounds(6);
    assert_eq!(world.states("81"), [CallState::Pending]);
    assert_eq!(world.states("82"), [CallState::Accepted], "it keeps nobody back");
    let fault = world.calls("81")[0].fault.clone().unwrap();
    assert_eq!((fault.code.name(), fault.args["what"].as_str()), ("waits-for", "article E"));
    world.articles("ART1.csv", &[("E", "Ögla")]);
    world.every(TimeDelta::seconds(30), 6);
    assert_eq!(world.states("81"), [CallState::Accepted]);
    assert_eq!(world.about("81"), ["PUT 200"], "it was not tried before");
    world.check();
}

#[test]
fn a_wait_that_is_over_is_a_refusal_that_names_the_articles() {
    let mut world = world("wait_for_article = \"30m\"");
    world.orders("ORD1.csv", &[("81", "Elsa", "E")]);
    world.every(TimeDelta::minutes(1), 28);
    assert_eq!(world.states("81"), [CallState::Pending]);
    world.every(TimeDelta::minutes(1), 6);
    let call = &world.calls("81")[0];
    let fault = call.fault.clone().unwrap();
    assert_eq!((call.state, fault.code.name()), (CallState::Refused, "articles-unknown"));
    assert_eq!(fault.found.as_deref(), Some("E"));
    assert_eq!(world.about("81"), Vec::<String>::new(), "it was never sent");
}

#[test]
fn unknown_articles_are_created_once_with_their_number_as_their_name() {
    let mut world = world("ensure_articles = true");
    world.orders("ORD1.csv", &[("81", "Elsa", "E"), ("82", "Åke", "A")]);
    world.rounds(4);
    world.orders("ORD2.csv", &[("83", "Bo", "E")]);
    world.rounds(4);
    for number in ["81", "82", "83"] {
        assert_eq!(world.states(number), [CallState::Accepted], "{number}");
    }
    let state = world.place.sandbox_page("GET", "/sandbox/state", "");
    let article = state["articles"].as_array().unwrap().iter().find(|it| it["articleNumber"] == "E").unwrap();
    assert_eq!(article["article"]["articleName"], "E");
    assert_eq!(world.about("E"), ["PUT 200"], "the second order finds it in the register");
    // What was made up is no version of the article: the real one is sent when it comes.
    world.articles("ART1.csv", &[("E", "Ögla")]);
    world.rounds(4);
    assert_eq!(world.about("E"), ["PUT 200", "PUT 200"]);
}

#[test]
fn an_article_that_ongoing_has_is_not_made_up() {
    let mut world = world("ensure_articles = true");
    // A ledger that never saw the articles, as after a move to another machine.
    let data = world.place.path("data").display().to_string();
    world.configure(&[(&format!("data = \"{data}\""), &format!("data = \"{data}2\""))]);
    std::fs::create_dir_all(world.place.path("data2")).unwrap();
    world.orders("ORD9.csv", &[("91", "Elsa", "B")]);
    world.rounds(4);
    assert_eq!(world.states("91"), [CallState::Accepted]);
    let state = world.place.sandbox_page("GET", "/sandbox/state", "");
    let article = state["articles"].as_array().unwrap().iter().find(|it| it["articleNumber"] == "B").unwrap();
    assert_eq!(article["article"]["articleName"], "Lås");
}

#[test]
fn without_a_rule_ongoing_judges() {
    let mut world = World::new();
    world.orders("ORD1.csv", &[("81", "Elsa", "E")]);
    world.rounds(4);
    assert_eq!(world.states("81"), [CallState::Refused]);
}
