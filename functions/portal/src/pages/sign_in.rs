//! The sign-in page.

use maud::{Markup, html};

use crate::ui::form::{Attempt, Field};
use crate::ui::page::document_of;

/// The page. `token` proves the form, `next` is where to go afterwards.
pub fn page(token: &str, next: &str, signed_out: bool, attempt: &Attempt) -> Markup {
    document_of(
        "Sign in",
        "sign-in",
        None,
        &html! {
            main #main .narrow {
                p .brand { "DataOps" }
                h1 { "Sign in" }
                @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
                @else if signed_out { p .lead role="status" { "You are signed out." } }
                form method="post" action="/sign-in" data-plain {
                    input type="hidden" name="csrf" value=(token);
                    input type="hidden" name="next" value=(next);
                    (Field { kind: "email", required: true, ..Field::text("sign-in", "email", "E-mail") }.show(attempt))
                    (Field { kind: "password", required: true, ..Field::text("sign-in", "password", "Password") }.show(attempt))
                    button .primary { "Sign in" }
                }
                p .hint { "No account, or the password is lost? Ask an admin of this installation for a setup link." }
            }
        },
    )
}
