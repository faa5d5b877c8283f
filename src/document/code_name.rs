//! A code with its name: order types, ways of delivery, article groups and the like.

use super::shape::{Text, document};

document! {
    /// Code and name (CodeNamePair in the OpenAPI file).
    CodeName as "code and name", "CodeNamePair" {
        /// Code.
        code: Option<Text> => "code";
        /// Name.
        name: Option<Text> => "name";
    }
}
