//! The files that are read: the same orders in every syntax, the same on every machine.

use std::fmt::Write as _;

/// How many bytes the file of order rows has; the other syntaxes hold the same orders.
const CSV_BYTES: usize = 22_000_000;

/// A file, and how a format file describes it.
pub struct File {
    /// The syntax.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub orders: u64,
    /// How many records or elements a reader that does nothing else finds.
    pub rows: u64,
    /// The layout, up to where the document begins.
    layout: &'static str,
    /// The document, where its fields are called as those of the file.
    document: &'static str,
}

impl File {
    /// The format file; `{group}` in the layout is how rows are grouped.
    pub fn format(&self, group: &str) -> String {
        let layout = self.layout.replace("{group}", group);
        format!("title = \"Orders\"\n\n[layout]\n{layout}\n{}", self.document)
    }
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

/// An order as all files tell it.
pub struct Order {
    number: u64,
    day: u64,
    name: &'static str,
    street: u64,
    post_code: String,
    city: &'static str,
    lines: Vec<Line>,
}

struct Line {
    row: u64,
    article: String,
    /// The number of items and the price, in hundredths.
    items: u64,
    price: u64,
}

/// The orders, one to eight lines each.
pub fn orders() -> Vec<Order> {
    let mut numbers = Numbers(7);
    let (mut orders, mut bytes) = (Vec::new(), 0);
    while bytes < CSV_BYTES {
        let order = Order {
            number: 81_000_001 + orders.len() as u64,
            day: 10 + numbers.below(20),
            name: numbers.one(&NAMES),
            street: 1 + numbers.below(99),
            post_code: format!("{} {}", 100 + numbers.below(900), 10 + numbers.below(90)),
            city: numbers.one(&CITIES),
            lines: (1..=1 + numbers.below(8))
                .map(|row| Line {
                    row: row * 10,
                    article: format!("{}-{}", 1000 + numbers.below(9000), 1 + numbers.below(99)),
                    items: (1 + numbers.below(400)) * 100 + 50 * numbers.below(2),
                    price: (1 + numbers.below(9999)) * 100 + 50,
                })
                .collect(),
        };
        bytes += rows(&order).len();
        orders.push(order);
    }
    orders
}

fn decimal(hundredths: u64, mark: char) -> String {
    format!("{}{mark}{:02}", hundredths / 100, hundredths % 100)
}

fn rows(order: &Order) -> String {
    let mut text = String::new();
    for line in &order.lines {
        writeln!(
            text,
            "{};2026-11-{};{};Storgatan {};{};{};SE;{};{};Hasp förzinkad;{};{};1\r",
            order.number,
            order.day,
            order.name,
            order.street,
            order.post_code,
            order.city,
            line.row,
            line.article,
            decimal(line.items, ','),
            decimal(line.price, ','),
        )
        .unwrap();
    }
    text
}

fn lines(orders: &[Order]) -> u64 {
    orders.iter().map(|order| order.lines.len() as u64).sum()
}

/// Order rows with the head repeated, in Windows-1252.
pub fn csv(orders: &[Order]) -> File {
    let header = "OrdNr;LevDat;Namn;Adress;PostNr;Ort;Land;RadNr;ArtNr;Benämning;Antal;Pris;PrisPer\r\n";
    let text: String = std::iter::once(header.to_owned()).chain(orders.iter().map(rows)).collect();
    File {
        name: "csv",
        bytes: windows_1252(&text),
        orders: orders.len() as u64,
        rows: lines(orders),
        layout: r#"
syntax    = "csv"
encoding  = "windows-1252"
delimiter = ";"
group     = {group}
"#,
        document: ROWS,
    }
}

const ROWS: &str = r#"
[document.order]
each                   = "row"
order_number           = "OrdNr"
delivery_date          = "LevDat"
consignee.name         = "Namn"
consignee.address1     = "Adress"
consignee.post_code    = "PostNr"
consignee.city         = "Ort"
consignee.country_code = { from = "Land", codes = "countries" }

[document.order.order_lines]
each              = "row"
row_number        = "RadNr"
article_number    = "ArtNr"
comment           = "Benämning"
number_of_items   = "Antal"
prices.line_price = { from = "Pris", per = "PrisPer", round = 2 }
"#;

/// Heads and lines of fixed width, in CP850.
pub fn fixed(orders: &[Order]) -> File {
    let mut text = String::new();
    for order in orders {
        write!(
            text,
            "01{:<10}2611{}{:<35}{:<35}{:<9}{:<30}SE\r\n",
            order.number,
            order.day,
            order.name,
            format!("Storgatan {}", order.street),
            order.post_code,
            order.city
        )
        .unwrap();
        for line in &order.lines {
            write!(
                text,
                "02{:04}{:<15}{:<40}{:09}{:010}00001\r\n",
                line.row, line.article, "Hasp förzinkad", line.items, line.price
            )
            .unwrap();
        }
    }
    let cp850 = |character: char| match character {
        'ä' => 0x84,
        'å' => 0x86,
        'ö' => 0x94,
        'Ä' => 0x8e,
        'Å' => 0x8f,
        'Ö' => 0x99,
        'ø' => 0x9b,
        'Ø' => 0x9d,
        plain => u8::try_from(plain).unwrap(),
    };
    File {
        name: "fixed",
        bytes: text.chars().map(cp850).collect(),
        orders: orders.len() as u64,
        rows: orders.len() as u64 + lines(orders),
        layout: r#"
syntax   = "fixed"
encoding = "cp850"

[layout.records.head]
when          = [{ at = 1, is = "01" }]
fields.OrdNr  = { at = 3, width = 10 }
fields.LevDat = { at = 13, width = 6, date = "%y%m%d" }
fields.Namn   = { at = 19, width = 35 }
fields.Adress = { at = 54, width = 35 }
fields.PostNr = { at = 89, width = 9 }
fields.Ort    = { at = 98, width = 30 }
fields.Land   = { at = 128, width = 2 }

[layout.records.line]
when             = [{ at = 1, is = "02" }]
under            = "head"
fields.RadNr     = { at = 3, width = 4 }
fields.ArtNr     = { at = 7, width = 15 }
fields."Benämning" = { at = 22, width = 40 }
fields.Antal     = { at = 62, width = 9, decimals = 2 }
fields.Pris      = { at = 71, width = 10, decimals = 2 }
fields.PrisPer   = { at = 81, width = 5, decimals = 0 }
"#,
        document: HEADS_AND_LINES,
    }
}

const HEADS_AND_LINES: &str = r#"
[document.order]
each                   = "head"
order_number           = "OrdNr"
delivery_date          = "LevDat"
consignee.name         = "Namn"
consignee.address1     = "Adress"
consignee.post_code    = "PostNr"
consignee.city         = "Ort"
consignee.country_code = { from = "Land", codes = "countries" }

[document.order.order_lines]
each              = "line"
row_number        = "RadNr"
article_number    = "ArtNr"
comment           = "Benämning"
number_of_items   = "Antal"
prices.line_price = { from = "Pris", per = "PrisPer", round = 2 }
"#;

/// Tagged lines, in Windows-1252.
pub fn tagged(orders: &[Order]) -> File {
    let mut text = String::new();
    let mut rows = 0;
    for order in orders {
        write!(
            text,
            "01\r\n#1;{}\r\n#2;2026-11-{}\r\n#3;{}\r\n#4;Storgatan {}\r\n#5;{}\r\n#6;{}\r\n#7;SE\r\n",
            order.number, order.day, order.name, order.street, order.post_code, order.city
        )
        .unwrap();
        rows += 8;
        for line in &order.lines {
            write!(
                text,
                "11\r\n#8;{}\r\n#9;{}\r\n#10;Hasp förzinkad\r\n#11;{}\r\n#12;{}\r\n#13;1\r\n",
                line.row,
                line.article,
                decimal(line.items, ','),
                decimal(line.price, ',')
            )
            .unwrap();
            rows += 7;
        }
    }
    File {
        name: "tagged",
        bytes: windows_1252(&text),
        orders: orders.len() as u64,
        rows,
        layout: r#"
syntax    = "tagged"
encoding  = "windows-1252"
delimiter = ";"

[layout.records.head]
when = [{ at = 1, is = "01" }]

[layout.records.line]
when  = [{ at = 1, is = "11" }]
under = "head"
"#,
        document: r##"
[document.order]
each                   = "head"
order_number           = "#1"
delivery_date          = "#2"
consignee.name         = "#3"
consignee.address1     = "#4"
consignee.post_code    = "#5"
consignee.city         = "#6"
consignee.country_code = { from = "#7", codes = "countries" }

[document.order.order_lines]
each              = "line"
row_number        = "#8"
article_number    = "#9"
comment           = "#10"
number_of_items   = "#11"
prices.line_price = { from = "#12", per = "#13", round = 2 }
"##,
    }
}

/// XML, in UTF-8.
pub fn xml(orders: &[Order]) -> File {
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Orders>\n".to_owned();
    let mut rows = 1;
    for order in orders {
        write!(
            text,
            "  <Order Number=\"{}\">\n    <DeliveryDate>2026-11-{}</DeliveryDate>\n    <Consignee>\n      \
             <Name>{}</Name>\n      <Address>Storgatan {}</Address>\n      <PostCode>{}</PostCode>\n      \
             <City>{}</City>\n      <Country>SE</Country>\n    </Consignee>\n    <Lines>\n",
            order.number,
            order.day,
            order.name.replace('&', "&amp;"),
            order.street,
            order.post_code,
            order.city
        )
        .unwrap();
        rows += 9;
        for line in &order.lines {
            write!(
                text,
                "      <Line Row=\"{}\">\n        <Article>{}</Article>\n        <Text>Hasp förzinkad</Text>\n        \
                 <Quantity>{}</Quantity>\n        <Price Per=\"1\">{}</Price>\n      </Line>\n",
                line.row,
                line.article,
                decimal(line.items, '.'),
                decimal(line.price, '.')
            )
            .unwrap();
            rows += 5;
        }
        text.push_str("    </Lines>\n  </Order>\n");
    }
    text.push_str("</Orders>\n");
    File {
        name: "xml",
        bytes: text.into_bytes(),
        orders: orders.len() as u64,
        rows,
        layout: r#"
syntax = "xml"

[layout.records.head]
path = "Orders/Order"

[layout.records.line]
path  = "Lines/Line"
under = "head"
"#,
        document: r#"
[document.order]
each                   = "head"
order_number           = "@Number"
delivery_date          = "DeliveryDate"
consignee.name         = "Consignee/Name"
consignee.address1     = "Consignee/Address"
consignee.post_code    = "Consignee/PostCode"
consignee.city         = "Consignee/City"
consignee.country_code = { from = "Consignee/Country", codes = "countries" }

[document.order.order_lines]
each              = "line"
row_number        = "@Row"
article_number    = "Article"
comment           = "Text"
number_of_items   = "Quantity"
prices.line_price = { from = "Price", per = "Price/@Per", round = 2 }
"#,
    }
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
