//! Our own reading.

use lastkaj::document::to_json;
use lastkaj::format::{self, Definition, Item, ReadContext};

pub fn definition(text: &str) -> Definition {
    Definition::check("bench/orders", "orders.toml", text, &lastkaj::format::CodeTables::new())
        .unwrap_or_else(|faults| panic!("{faults:?}"))
}

fn read(definition: &Definition, mut bytes: &[u8], mut each: impl FnMut(&format::Mapped)) {
    let scratch = || tempfile::tempfile();
    let context = ReadContext {
        file_name: "orders",
        time_zone: chrono_tz::Europe::Stockholm,
        live: true,
        scratch: &scratch,
    };
    let summary = format::read(definition, &mut bytes, &context, &mut |item| {
        match item {
            Item::Document(mapped) => {
                assert!(mapped.faults.is_empty(), "{:?}", mapped.faults);
                each(&mapped);
            }
            Item::Stray(fault) => panic!("{fault}"),
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(summary.file_faults, []);
}

/// How many documents it makes.
pub fn documents(definition: &Definition, bytes: &[u8]) -> u64 {
    let mut count = 0;
    read(definition, bytes, |_| count += 1);
    count
}

/// How long they are as JSON.
pub fn json(definition: &Definition, bytes: &[u8]) -> usize {
    let mut length = 0;
    read(definition, bytes, |mapped| length += to_json(mapped.document.as_document()).len());
    length
}
