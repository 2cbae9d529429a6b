//! Setting a first or forgotten password, through a link that an admin made.

use maud::{Markup, html};

use super::settings::new_password;
use crate::ui::form::Attempt;
use crate::ui::page::document_of;

/// What the form carries along.
#[derive(Debug, Clone, Copy)]
pub struct Link<'a> {
    /// The user's id.
    pub user: &'a str,
    /// The user's address, for the browser's password manager.
    pub email: &'a str,
    /// The link's secret.
    pub token: &'a str,
    /// Proves the form.
    pub csrf: &'a str,
}

/// The page.
pub fn page(name: &str, link: Link<'_>, attempt: &Attempt) -> Markup {
    document_of(
        "Set your password",
        "setup",
        None,
        &html! {
            main #main .narrow {
                p .brand { "DataOps" }
                h1 { "Set your password" }
                @if attempt.message.is_empty() { p .lead { "Hello " (name) ". You sign in as " (link.email) "." } }
                @else { p .problem role="alert" { (attempt.message) } }
                form method="post" action={ "/setup/" (link.user) } data-plain {
                    input type="hidden" name="csrf" value=(link.csrf);
                    input type="hidden" name="token" value=(link.token);
                    input type="text" name="username" autocomplete="username" value=(link.email) hidden;
                    (new_password("setup", "password", attempt))
                    button .primary { "Set the password and sign in" }
                }
            }
        },
    )
}

/// The link is over, used, replaced or wrong: one page for all, so that it tells a stranger nothing.
pub fn unusable() -> Markup {
    bare(
        "This link cannot be used",
        &html! {
            p { "It has been used already, is older than a day, or an admin has made a newer one." }
            p .actions { a .button .primary href="/sign-in" { "Sign in" } }
            p .hint { "If you have no password yet, ask an admin of this installation for a new link." }
        },
    )
}

/// Too many links were tried from one place.
pub fn too_many() -> Markup {
    bare("Too many attempts", &html! { p { "Wait 15 minutes, then open the link again." } })
}

fn bare(title: &str, body: &Markup) -> Markup {
    document_of(title, "setup", None, &html! { main #main .narrow { p .brand { "DataOps" } h1 { (title) } (body) } })
}
