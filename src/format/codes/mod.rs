//! The code tables that are built in; a partner's table of the same name adds to them.

mod table;

pub(super) use table::Codes;

/// The names of the built-in tables.
pub(super) const BUILT_IN: [&str; 4] = ["carriers", "countries", "units", "yes_no"];

/// The table of words for yes and no, which every field that is one or the other goes by.
pub(super) const YES_NO: &str = "yes_no";

/// A built-in table: what the file says, and what it means. Empty for a name that is not built in.
pub(super) fn built_in(name: &str) -> Vec<(&'static str, &'static str)> {
    table(name)
        .lines()
        .filter(|line| !line.starts_with('#'))
        .flat_map(|line| {
            let mut names = line.split(';').map(str::trim).filter(|name| !name.is_empty());
            let code = names.next();
            code.into_iter().flat_map(move |code| {
                std::iter::once((code, code)).chain(names.clone().map(move |name| (name, code)))
            })
        })
        .collect()
}

/// One meaning a line, and behind it what else means the same (C1, C8). A place may be empty.
fn table(name: &str) -> &'static str {
    match name {
        "carriers" => include_str!("carriers.txt"),
        "countries" => include_str!("countries.txt"),
        "yes_no" => include_str!("yes_no.txt"),
        "units" => include_str!("units.txt"),
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_have_their_nordic_names_and_letters() {
        let countries = Codes::new("countries", [], built_in("countries"));
        for (says, means) in [
            ("S", "SE"),
            ("SVERIGE", "SE"),
            ("Ruotsi", "SE"),
            ("SWE", "SE"),
            ("N", "NO"),
            ("Norge", "NO"),
            ("NORJA", "NO"),
            ("DK", "DK"),
            ("Danmark", "DK"),
            ("Tanska", "DK"),
            ("SF", "FI"),
            ("FIN", "FI"),
            ("Suomi", "FI"),
            ("D", "DE"),
            ("Tyskland", "DE"),
            ("Saksa", "DE"),
            ("Storbritannien", "GB"),
            ("Österrike", "AT"),
            ("752", "SE"),
        ] {
            assert_eq!(countries.means(says), Some(means), "{says}");
        }
        assert_eq!(countries.means("Sverje"), None);
        assert_eq!(countries.says("SE"), Some("SE"));
    }

    #[test]
    fn countries_have_names_in_five_languages() {
        let mut numbers = std::collections::BTreeSet::new();
        for line in table("countries").lines().filter(|line| !line.starts_with('#')) {
            let parts: Vec<&str> = line.split(';').collect();
            assert!(parts.len() >= 8, "{line}");
            assert!(parts[0].len() == 2 && parts[1].len() == 3, "{line}");
            assert!(parts[3..].iter().all(|name| !name.trim().is_empty()), "{line}");
            // Kosovo has none yet.
            assert!(parts[0] == "XK" || (parts[2].len() == 3 && numbers.insert(parts[2])), "{line}");
        }
        let europe = "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV \
                      MC MD ME MK MT NL NO PL PT RO RS RU SE SI SJ SK SM TR UA VA XK";
        let countries = Codes::new("countries", [], built_in("countries"));
        for code in europe.split_whitespace() {
            assert_eq!(countries.says(code), Some(code));
        }
        for (says, means) in [
            ("Tjekkiet", "CZ"),
            ("Tšekki", "CZ"),
            ("Letland", "LV"),
            ("Viro", "EE"),
            ("Mansaari", "IM"),
            ("Iso-Britannia", "GB"),
            ("Skottland", "GB"),
            ("Libya", "LY"),
            ("Den Dominikanske Republik", "DO"),
            ("Norsunluurannikko", "CI"),
            ("Yhdysvallat", "US"),
        ] {
            assert_eq!(countries.means(says), Some(means), "{says}");
        }
    }

    #[test]
    fn units_are_known_by_codes_and_words() {
        let units = Codes::new("units", [], built_in("units"));
        for (means, words) in [
            ("st", "ST STK STYK KPL EA PCE PCS H87 C62 st stk. styck stykker kappaletta pieces"),
            ("krt", "KRT KART CT kartong karton kartonki carton"),
            ("frp", "FRP FP OP PAK förpackning forpakning pakning pakkaus package"),
            ("ask", "ÆSK ask eske æske rasia box"),
            ("kolli", "KLI COL kolli colli"),
            ("pal", "PAL PLL EUP pall palle lava pallet"),
            ("m", "MTR M LM meter metri metre"),
            ("par", "PAR PR par pari pair"),
            ("kg", "KGM KG kilo kilogramma"),
            ("l", "L LTR liter litra litre"),
        ] {
            for word in words.split(' ') {
                assert_eq!(units.means(word), Some(means), "{word}");
            }
            assert_eq!(units.says(means), Some(means));
        }
        assert_eq!(units.means("VPE"), None);
    }

    #[test]
    fn carriers_are_known_by_the_words_of_four_languages() {
        let carriers = Codes::new("carriers", [], built_in("carriers"));
        for (says, means) in [
            ("PostNord", "postnord"),
            ("MYPACK HOME", "postnord"),
            ("DB Schenker", "schenker"),
            ("DHL Freight", "dhl-freight"),
            ("dhl-freight", "dhl-freight"),
            ("Danske Fragtmænd", "danske-fragtmaend"),
            ("Posten Norge", "bring"),
            ("Helthjem", "helthjem"),
            ("Porterbuddy", "porterbuddy"),
            ("Hämtas", "pickup"),
            ("AFHENTES", "pickup"),
            ("Kunde henter", "pickup"),
            ("nouto", "pickup"),
        ] {
            assert_eq!(carriers.means(says), Some(means), "{says}");
        }
        // PostNord's in Sweden, Bring's in Norway: only the partner knows.
        assert_eq!(carriers.means("Posten"), None);
        for name in "postnord dhl dhl-freight dhl-express schenker bring dsv gls ups fedex tnt budbee instabox instabee airmee \
                     best-transport matkahuolto posti helthjem porterbuddy dao burd pickup"
            .split_whitespace()
        {
            assert!(carriers.says(name).is_some(), "{name}");
        }
    }

    #[test]
    fn words_for_yes_and_no_are_a_table() {
        let words = Codes::new(YES_NO, [], built_in(YES_NO));
        for (says, means) in [("KYLLÄ", "true"), ("x", "true"), ("Nei", "false"), ("0", "false")] {
            assert_eq!(words.means(says), Some(means), "{says}");
        }
        assert_eq!((words.means("S"), words.means("2")), (None, None));
    }

    #[test]
    fn the_shared_table_of_units_says_the_same() {
        let units = Codes::new("units", [], built_in("units"));
        let shared = include_str!("../../../formats/codes/units.toml");
        let mut lines = 0;
        for line in shared.lines().filter(|line| !line.starts_with('#')) {
            let (says, means) = line.split_once('=').unwrap();
            assert_eq!(units.means(says), Some(means.trim().trim_matches('"')), "{line}");
            lines += 1;
        }
        assert!(lines > 20);
    }

    #[test]
    fn no_word_means_two_things() {
        for name in BUILT_IN {
            let mut seen = std::collections::HashMap::new();
            for (says, means) in built_in(name) {
                let before = seen.insert(says.to_uppercase(), means);
                assert!(before.is_none_or(|before| before == means), "{says} means {before:?} and {means}");
            }
            assert!(!seen.is_empty());
        }
        assert!(built_in("contries").is_empty());
    }
}
