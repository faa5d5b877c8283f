//! Too many calls: one method is asked for something that is not there until Ongoing bars it. Only on request, since it is
//! barred for everybody who calls with this account.

use super::desk::Desk;
use crate::fault::Fault;

/// After so many failures in a row it is given up.
const FAILURES_MAX: u32 = 20;
/// An id that no article has.
const NOBODYS_ID: i32 = 2_147_483_000;

pub(super) async fn ask(desk: &mut Desk<'_>, wanted: bool) -> Result<(), Fault> {
    if !wanted {
        desk.not_found("retry_after", "provokes Ongoing's limit: --limits");
        return Ok(());
    }
    for failures in 1..=FAILURES_MAX {
        let path = format!("articles/{NOBODYS_ID}");
        let answer = desk.read("GET /articles/{articleSystemId}", &path, Vec::new()).await?;
        if answer.status == 429 {
            let seen =
                format!("the answer to GET /articles/{{articleSystemId}} after {} failures", failures - 1);
            let form = match answer.retry_after.as_deref().map(str::trim) {
                None => "none",
                Some(text) if text.bytes().all(|byte| byte.is_ascii_digit()) => "seconds",
                Some(_) => "date",
            };
            desk.found("retry_after", form, seen);
            return Ok(());
        }
    }
    desk.not_found("retry_after", format!("{FAILURES_MAX} failures in a row were not too many"));
    Ok(())
}
