//! The files that are read: the same on every machine.

use std::fmt::Write as _;

pub struct File {
    pub bytes: Vec<u8>,
    pub orders: u64,
    pub rows: u64,
}

/// Numbers that look random and are the same on every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }

    fn one<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len() as u64) as usize]
    }
}

const NAMES: [&str; 7] = [
    "Värmlands Järn AB",
    "Åsa Öberg",
    "Borås Vävhandel AB",
    "Røst Båtutstyr AS",
    "Ångverken AB",
    "Göteborgs Färg & Tapet",
    "Kökets Bästa HB",
];
const CITIES: [&str; 6] = ["KARLSTAD", "BORÅS", "GÖTEBORG", "VÄRNAMO", "MALMÖ", "UMEÅ"];

/// About 22 MB of order rows in Windows-1252, one to eight rows an order.
pub fn csv() -> File {
    let mut numbers = Numbers(7);
    let mut text =
        "OrdNr;LevDat;Namn;Adress;PostNr;Ort;Land;RadNr;ArtNr;Benämning;Antal;Pris;PrisPer\r\n".to_owned();
    let (mut orders, mut rows) = (0, 0);
    while text.len() < 22_000_000 {
        orders += 1;
        let head = format!(
            "{};2026-11-{};{};Storgatan {};{} {};{};SE",
            81_000_000 + orders,
            10 + numbers.below(20),
            numbers.one(&NAMES),
            1 + numbers.below(99),
            100 + numbers.below(900),
            10 + numbers.below(90),
            numbers.one(&CITIES),
        );
        for row in 1..=1 + numbers.below(8) {
            rows += 1;
            write!(
                text,
                "{head};{};{}-{};Hasp förzinkad;{},{};{},50;1\r\n",
                row * 10,
                1000 + numbers.below(9000),
                1 + numbers.below(99),
                1 + numbers.below(400),
                numbers.one(&["00", "50"]),
                1 + numbers.below(9999),
            )
            .unwrap();
        }
    }
    File { bytes: windows_1252(&text), orders, rows }
}

pub fn csv_format(group: &str) -> String {
    format!(
        r#"
title = "Order rows"

[layout]
syntax    = "csv"
encoding  = "windows-1252"
delimiter = ";"
group     = {group}

[document.order]
each                   = "row"
order_number           = "OrdNr"
delivery_date          = "LevDat"
consignee.name         = "Namn"
consignee.address1     = "Adress"
consignee.post_code    = "PostNr"
consignee.city         = "Ort"
consignee.country_code = {{ from = "Land", codes = "countries" }}

[document.order.order_lines]
each              = "row"
row_number        = "RadNr"
article_number    = "ArtNr"
comment           = "Benämning"
number_of_items   = "Antal"
prices.line_price = {{ from = "Pris", per = "PrisPer", round = 2 }}
"#
    )
}

/// The same rows in another order; the header stays first.
pub fn shuffled(bytes: &[u8]) -> Vec<u8> {
    let mut rows: Vec<&[u8]> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    let mut numbers = Numbers(11);
    for row in (2..rows.len()).rev() {
        rows.swap(row, 1 + numbers.below(row as u64) as usize);
    }
    rows.concat()
}

fn windows_1252(text: &str) -> Vec<u8> {
    encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
}
