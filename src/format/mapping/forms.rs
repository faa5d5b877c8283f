//! Identities in the form that a source asks for (`form`).

use crate::fault::code;
use crate::format::convert;
use crate::format::source::Form;

/// Whether a number is right but for its check digit.
pub(super) fn has_wrong_check_digit(text: &str, form: Form) -> bool {
    let wrong = match form {
        Form::Gtin => convert::gtin(text).err(),
        Form::Gln => convert::gln(text).err(),
        Form::Sscc => convert::sscc(text).err(),
        Form::OrganisationNumber | Form::PostCode | Form::PostCodeCountry => None,
    };
    matches!(wrong, Some(convert::Wrong::CheckDigit(_)))
}

/// An identity in its own form; `None` where it says nothing of what is asked.
pub(super) fn in_form(
    text: &str,
    form: Form,
    country: Option<&str>,
) -> Result<Option<String>, crate::fault::Code> {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    Ok(Some(match form {
        Form::Gtin | Form::Gln | Form::Sscc if convert::has_exponent(text) => {
            return Err(code::NUMBER_THROUGH_SPREADSHEET);
        }
        Form::Gtin => convert::gtin(text).map(|_| digits(text)).map_err(|_| code::NOT_A_GTIN)?,
        Form::Gln => convert::gln(text).map(|_| digits(text)).map_err(|_| code::NOT_A_GLN)?,
        Form::Sscc => convert::sscc(text).map(|sscc| sscc.to_string()).map_err(|_| code::NOT_AN_SSCC)?,
        Form::OrganisationNumber => {
            match convert::organisation_number(text, country.and_then(convert::Nordic::of_code)) {
                Ok(number) => number.digits,
                // Of a country whose numbers are not known it stays as it is, like a post code.
                Err(convert::Wrong::Country) if country.is_some() => convert::trimmed(text).to_owned(),
                Err(_) => return Err(code::NOT_AN_ORGANISATION_NUMBER),
            }
        }
        Form::PostCode => {
            convert::post_code(text, country).map(|code| code.code).map_err(|_| code::NOT_A_POST_CODE)?
        }
        Form::PostCodeCountry => {
            let code = convert::post_code(text, country).map_err(|_| code::NOT_A_POST_CODE)?;
            return Ok(code.country.map(str::to_owned));
        }
    }))
}
