//! The command line: one file a command. Commands ask the ledger or the running gateway; they never touch a
//! transport or write to Ongoing themselves.

mod asking;
mod backup;
mod check;
mod codes;
mod demo;
mod formats;
mod documents;
mod learn;
mod listing;
mod operator;
mod reconcile;
mod restore;
mod run;
mod sandbox;
mod schema;
mod service;
mod show;
mod sniff;
mod step_log;
mod terminal;
mod trace;
mod try_format;
mod verify;
mod watching;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// What a command came to, as the process's exit code. Documented in README.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All well.
    Well = 0,
    /// A sender's file has a fault.
    Sender = 1,
    /// Wrong use of the command line, or a mistake in the configuration or a format file.
    Usage = 2,
    /// Something could not be done now and is tried again by itself.
    Wait = 4,
    /// A person must act.
    Operator = 3,
}

impl From<crate::fault::Turn> for Exit {
    fn from(turn: crate::fault::Turn) -> Exit {
        match turn {
            crate::fault::Turn::Sender => Exit::Sender,
            crate::fault::Turn::Operator => Exit::Operator,
            crate::fault::Turn::Wait => Exit::Wait,
        }
    }
}

#[derive(Parser)]
#[command(
    name = "lastkaj",
    version,
    about = "Gateway between ERP systems that speak in flat files and the Ongoing WMS",
    after_help = "Exit codes: 0 all well; 1 a sender's file has a fault; 2 wrong use or configuration; 3 a person must \
                  act; 4 something waits and is tried again.\n\nExample: lastkaj check --config /etc/lastkaj/gateway.toml"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Where the configuration is.
#[derive(Args, Clone)]
struct ConfigArgument {
    /// The configuration.
    #[arg(short, long, value_name = "FILE", default_value = "gateway.toml", env = "LASTKAJ_CONFIG")]
    config: PathBuf,
}

#[derive(Subcommand)]
enum Command {
    /// Run until told to stop (SIGTERM or Ctrl-C); a second signal means now
    #[command(after_help = "Example: lastkaj run --config /etc/lastkaj/gateway.toml")]
    Run(run::RunArguments),
    /// Do all that is due, then exit
    #[command(after_help = "Example: lastkaj once --config gateway.toml")]
    Once(run::OnceArguments),
    /// Name everything that is wrong in the configuration and in the format files
    #[command(after_help = "Example: lastkaj check --config gateway.toml")]
    Check(check::CheckArguments),
    /// List what a partner's documents may state: carriers, ways of delivery, types, statuses, warehouses, return causes
    #[command(
        after_help = "Examples:\n  lastkaj codes nordvik\n  lastkaj codes nordvik --write formats/codes"
    )]
    Codes(codes::CodesArguments),
    /// Find out on a demo goods owner how the installation behaves where the vendor does not say it
    #[command(
        after_help = "Examples:\n  lastkaj learn demo --writes-to 159\n  lastkaj learn demo --writes-to 159 --picked-order SO-1 --limits\n\nIt makes articles, orders and purchase orders on that goods owner, and cancels them afterwards."
    )]
    Learn(learn::LearnArguments),
    /// Show what a format makes of a file: documents, faults, with --calls the exact requests; nothing is sent
    #[command(
        after_help = "Examples:\n  lastkaj try nordvik/orders ORD1.csv\n  lastkaj try formats/nordvik/orders.toml ORD1.csv --calls\n  lastkaj try nordvik/orders ORD1.csv --watch     runs again at each save; Ctrl-C ends\n  lastkaj try nordvik/orders ORD1.csv --partner acme --config gateway.toml"
    )]
    Try(try_format::TryArguments),
    /// List the format files with what each reads or writes and how its samples fare; `formats test` says what differs
    #[command(
        after_help = "Examples:\n  lastkaj formats\n  lastkaj formats --formats /etc/lastkaj/formats --json\n  lastkaj formats test\n  lastkaj formats test nordvik/ --bless\n\nExit codes: 0 all well; 1 a sample does not come to what is expected; 2 a format file has a mistake"
    )]
    Formats(formats::FormatsArguments),
    /// List the documents that a format file can make or write, or every member of one
    #[command(
        after_help = "Examples:\n  lastkaj documents\n  lastkaj documents order\n  lastkaj documents stock --json"
    )]
    Documents(documents::DocumentsArguments),
    /// Print the keys of format files or of gateway.toml as a JSON Schema, so that an editor completes and checks them
    #[command(
        after_help = "Examples:\n  lastkaj schema > formats/format.schema.json\n  lastkaj schema gateway > gateway.schema.json\n\nA file that begins with this line is completed and checked by editors with taplo (VS Code: Even Better TOML):\n  #:schema ../format.schema.json"
    )]
    Schema(schema::SchemaArguments),
    /// Say what a file is that has no format yet: encoding, records, columns; and make a first format file for it
    #[command(
        after_help = "Examples:\n  lastkaj sniff ORD1.csv\n  lastkaj sniff ORD1.csv --write formats/acme/orders.toml --name \"Acme: orders\"\n  lastkaj sniff ORD1.csv --json\n\nExit code 1: the file is empty, or no flat file at all"
    )]
    Sniff(sniff::SniffArguments),
    /// Show what waits, what is held and what went wrong
    #[command(
        after_help = "Examples:\n  lastkaj list\n  lastkaj list calls --state held\n  lastkaj list arrivals --json"
    )]
    List(operator::ListArguments),
    /// Follow an order number, article number, file name or report name both ways
    #[command(after_help = "Example: lastkaj trace SO-20044")]
    Trace(trace::TraceArguments),
    /// Try again what waits, is held or is halted
    #[command(
        after_help = "Examples:\n  lastkaj retry order SO-20044\n  lastkaj retry call 17\n  lastkaj retry \"inbox nordvik/orders\""
    )]
    Retry(operator::RetryArguments),
    /// Show a file that was taken in, with what became of each document; or the requests of a call
    #[command(
        after_help = "Examples:\n  lastkaj show arrival 4\n  lastkaj show arrival 4 --raw > ORD1.csv\n  lastkaj show call 17"
    )]
    Show(show::ShowArguments),
    /// Keep back a call, a file, a report, or a whole inbox, outbox, lane or installation
    #[command(
        after_help = "Examples:\n  lastkaj hold order SO-20044 --why \"the customer calls back\"\n  lastkaj hold \"lane nordlager/159\" --why stock-taking"
    )]
    Hold(operator::DeedArguments),
    /// Let go on what is held or halted
    #[command(
        after_help = "Examples:\n  lastkaj release arrival 4 --why \"new prices, all right\"\n  lastkaj release \"lane nordlager/159\" --why \"stock is taken\""
    )]
    Release(operator::DeedArguments),
    /// Send once more what was sent already, whatever Ongoing is believed to hold
    #[command(
        after_help = "Examples:\n  lastkaj send-again article H-100 --why \"changed in Ongoing by mistake\"\n  lastkaj send-again arrival 4 --why \"lost in Ongoing\""
    )]
    SendAgain(operator::DeedArguments),
    /// Compare what Ongoing accepted last with what it has now, and show or send again what was changed there
    #[command(
        after_help = "Examples:\n  lastkaj reconcile nordvik\n  lastkaj reconcile nordvik --articles --resend --why \"overwritten in Ongoing\"\n\nExit code 1: something differs"
    )]
    Reconcile(reconcile::ReconcileArguments),
    /// Throw away a call, an arrival or a report that waits or is held
    #[command(after_help = "Example: lastkaj discard call 17 --why \"the customer cancelled by phone\"")]
    Discard(operator::DeedArguments),
    /// Copy ledger and files into one file, while the gateway runs or not
    #[command(
        after_help = "Examples:\n  lastkaj backup /var/backups/lastkaj\n  lastkaj backup /mnt/usb/lastkaj-monday.tar --json"
    )]
    Backup(backup::BackupArguments),
    /// Bring a backup back; the gateway then starts held until a person lets it go on
    #[command(
        after_help = "Examples:\n  lastkaj restore /var/backups/lastkaj/lastkaj-2026-11-25T020000Z.tar\n  lastkaj restore                       monday.tar --replace\n  lastkaj restore monday.tar --check\n\nAfterwards: lastkaj run; compare with                       Ongoing and the outboxes; lastkaj retry restored"
    )]
    Restore(restore::RestoreArguments),
    /// See whether ledger and files agree, while the gateway runs or not; changes nothing
    #[command(after_help = "Examples:\n  lastkaj verify\n  lastkaj verify --json")]
    Verify(verify::VerifyArguments),
    /// Run the stand-in for Ongoing alone, for trials
    #[command(after_help = "Example: lastkaj sandbox --port 8800")]
    Sandbox(sandbox::SandboxArguments),
    /// Show the whole road on this machine: sandbox, folders, real files, in a few seconds
    #[command(after_help = "Examples:\n  lastkaj demo\n  lastkaj demo --dir /tmp/lastkaj-demo --serve")]
    Demo(demo::DemoArguments),
}

/// Parses the arguments and runs the command.
pub fn run() -> Exit {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let help = !error.use_stderr();
            let _ = error.print();
            return if help { Exit::Well } else { Exit::Usage };
        }
    };
    match arguments.command {
        Command::Run(arguments) => run::run(&arguments),
        Command::Once(arguments) => run::once(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Codes(arguments) => codes::codes(&arguments),
        Command::Learn(arguments) => learn::learn(&arguments),
        Command::Reconcile(arguments) => reconcile::reconcile(&arguments),
        Command::Try(arguments) => try_format::try_format(&arguments),
        Command::Formats(arguments) => formats::formats(&arguments),
        Command::Documents(arguments) => documents::documents(&arguments),
        Command::Schema(arguments) => schema::schema(&arguments),
        Command::Sniff(arguments) => sniff::sniff(&arguments),
        Command::List(arguments) => operator::list(&arguments),
        Command::Trace(arguments) => trace::trace(&arguments),
        Command::Retry(arguments) => operator::retry(&arguments),
        Command::Discard(arguments) => operator::discard(&arguments),
        Command::Show(arguments) => show::show(&arguments),
        Command::Hold(arguments) => operator::hold(&arguments),
        Command::Release(arguments) => operator::release(&arguments),
        Command::SendAgain(arguments) => operator::send_again(&arguments),
        Command::Backup(arguments) => backup::backup(&arguments),
        Command::Restore(arguments) => restore::restore(&arguments),
        Command::Verify(arguments) => verify::verify(&arguments),
        Command::Sandbox(arguments) => sandbox::sandbox(&arguments),
        Command::Demo(arguments) => demo::demo(&arguments),
    }
}
