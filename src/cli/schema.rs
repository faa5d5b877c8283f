//! `schema`: the keys of format files and of gateway.toml, for editors.

use clap::{Args, ValueEnum};

use crate::{config, format, written};

use super::Exit;
use super::terminal::say_json;

#[derive(Args)]
pub(super) struct SchemaArguments {
    /// Which file it is of
    #[arg(value_enum, default_value = "format")]
    of: Of,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    /// A format file
    Format,
    /// gateway.toml
    Gateway,
}

pub(super) fn schema(arguments: &SchemaArguments) -> Exit {
    say_json(&match arguments.of {
        Of::Format => written::schema("lastkaj: a format file", format::keys()),
        Of::Gateway => written::schema("lastkaj: gateway.toml", config::keys()),
    });
    Exit::Well
}
