//! Other tools on the same file, where they are installed: rows grouped to nested JSON, which none of them checks.

use std::io::Write as _;
use std::process::{Command, Stdio};

const PYTHON: &str = r#"
import csv, json, sys
orders = {}
with open(sys.argv[1], encoding="cp1252", newline="") as file:
    for row in csv.DictReader(file, delimiter=";"):
        order = orders.get(row["OrdNr"])
        if order is None:
            order = orders[row["OrdNr"]] = {
                "orderNumber": row["OrdNr"], "deliveryDate": row["LevDat"],
                "consignee": {"name": row["Namn"], "address1": row["Adress"], "postCode": row["PostNr"],
                              "city": row["Ort"], "countryCode": row["Land"]},
                "orderLines": []}
        order["orderLines"].append({
            "rowNumber": row["RadNr"], "articleNumber": row["ArtNr"], "comment": row["Benämning"],
            "numberOfItems": float(row["Antal"].replace(",", ".")),
            "prices": {"linePrice": float(row["Pris"].replace(",", ".")) / float(row["PrisPer"])}})
for order in orders.values():
    print(json.dumps(order, ensure_ascii=False))
"#;

const MAWK: &str = r#"
BEGIN { FS = ";"; q = "\"" }
NR == 1 { next }
{ sub(/\r$/, "", $13); gsub(/,/, ".", $11); gsub(/,/, ".", $12)
  line = "{\"rowNumber\":\"" $8 "\",\"articleNumber\":\"" $9 "\",\"comment\":\"" $10 "\",\"numberOfItems\":" $11 ",\"prices\":{\"linePrice\":" $12 / $13 "}}"
  if ($1 in lines) { lines[$1] = lines[$1] "," line }
  else { order[++n] = $1; lines[$1] = line
    head[$1] = "{\"orderNumber\":\"" $1 "\",\"deliveryDate\":\"" $2 "\",\"consignee\":{\"name\":\"" $3 "\",\"address1\":\"" $4 "\",\"postCode\":\"" $5 "\",\"city\":\"" $6 "\",\"countryCode\":\"" $7 "\"}" } }
END { for (i = 1; i <= n; i++) print head[order[i]] ",\"orderLines\":[" lines[order[i]] "]}" }
"#;

const MILLER: &str = r#"
if (is_absent(@orders[$OrdNr])) {
  @orders[$OrdNr] = {"deliveryDate": $LevDat, "consignee": {"name": $Namn,
    "address1": $Adress, "postCode": $PostNr, "city": $Ort, "countryCode": $Land}, "orderLines": []};
}
@orders[$OrdNr]["orderLines"] = append(@orders[$OrdNr]["orderLines"], {"rowNumber": $RadNr,
  "articleNumber": $ArtNr, "comment": $Benämning, "numberOfItems": float(gsub($Antal, ",", ".")),
  "prices": {"linePrice": float(gsub($Pris, ",", ".")) / $PrisPer}});
end { emit @orders, "orderNumber" }
"#;

/// DuckDB as most have it: Python's module.
const DUCKDB: &str = r#"
import duckdb, sys
duckdb.execute("SET threads = 1")
duckdb.execute("""
COPY (SELECT OrdNr AS orderNumber, any_value(LevDat) AS deliveryDate,
             any_value({name: Namn, address1: Adress, postCode: PostNr, city: Ort, countryCode: Land}) AS consignee,
             list({rowNumber: RadNr, articleNumber: ArtNr, comment: Benämning,
                   numberOfItems: replace(Antal, ',', '.')::DECIMAL(18, 2),
                   prices: {linePrice: replace(Pris, ',', '.')::DECIMAL(18, 2) / PrisPer::INT}}) AS orderLines
      FROM read_csv(?, delim=';', header=true, all_varchar=true) GROUP BY OrdNr)
TO '/dev/stdout' (FORMAT JSON)""", [sys.argv[1]])
"#;

/// Runs the tools that are there on the order rows.
pub fn csv(bytes: &[u8], orders: u64) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    let path = file.path().to_str().unwrap().to_owned();
    // DuckDB and Miller read UTF-8 only.
    let mut utf8 = tempfile::NamedTempFile::new().unwrap();
    utf8.write_all(encoding_rs::WINDOWS_1252.decode(bytes).0.as_bytes()).unwrap();
    let utf8_path = utf8.path().to_str().unwrap().to_owned();
    for (what, program, arguments) in [
        ("python", "python3", vec!["-c", PYTHON, &path]),
        ("mawk", "mawk", vec![MAWK, &path]),
        (
            "miller",
            "mlr",
            vec![
                "--icsv",
                "--ifs",
                ";",
                "--ojsonl",
                "--records-per-batch",
                "1000",
                "put",
                "-q",
                MILLER,
                &utf8_path,
            ],
        ),
        ("duckdb", "python3", vec!["-c", DUCKDB, &utf8_path]),
    ] {
        let run = || {
            Command::new(program).args(&arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()
        };
        let Some(output) = run().filter(|output| output.status.success()) else {
            println!("  {what:<10} not installed here");
            continue;
        };
        let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count() as u64;
        assert_eq!(lines, orders, "{what} makes as many orders");
        let speed = super::megabytes_a_second(bytes.len(), || {
            run().unwrap();
        });
        super::row(what, "rows grouped to nested JSON, nothing checked", speed);
    }
}
