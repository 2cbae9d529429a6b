//! What went wrong and what to do about it.

use maud::{Markup, html};

use crate::ui::page::{Page, document_of};

/// What happened to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The form was not ours, or from an old session.
    Forbidden,
    /// The page is for admins.
    AdminsOnly,
    /// There is no such page or record.
    NotFound,
    /// The page exists, but not for this method.
    NotAllowed,
    /// The body was too big.
    TooBig,
    /// The work-engine did not answer.
    Unreachable,
    /// Something of ours broke.
    Internal,
}

impl Trouble {
    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Forbidden | Self::AdminsOnly => 403,
            Self::NotFound => 404,
            Self::NotAllowed => 405,
            Self::TooBig => 413,
            Self::Unreachable => 502,
            Self::Internal => 500,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Forbidden => (
                "This form is out of date",
                "It was opened before you signed in, or in another session. Nothing was changed. Go back, reload the page and try again.",
            ),
            Self::AdminsOnly => {
                ("This page is for admins", "Your account runs the work; managing users takes an admin of this installation.")
            }
            Self::NotFound => ("There is no such page", "The address is wrong, or what it led to has been deleted."),
            Self::NotAllowed => ("This address takes no such request", "Open the page and use its buttons instead."),
            Self::TooBig => ("That is too much at once", "Shorten the text and send it again. Nothing was changed."),
            Self::Unreachable => (
                "The work engine does not answer",
                "Nothing was changed. Reload in a moment; if it stays so, whoever runs this installation should look at the engine’s logs.",
            ),
            Self::Internal => (
                "Something broke on our side",
                "Nothing you did is wrong. Reload the page; if it stays so, tell whoever runs this installation the request id below.",
            ),
        }
    }

    /// The sentence for a short message.
    pub fn sentence(self) -> String {
        let (title, advice) = self.words();
        format!("{title}. {advice}")
    }
}

/// The page inside the frame.
pub fn page(trouble: Trouble, request_id: &str) -> Page {
    let (title, _) = trouble.words();
    Page::new("error", title, body(trouble, request_id))
}

/// The page for somebody who is not signed in.
pub fn bare(trouble: Trouble, request_id: &str) -> Markup {
    let (title, _) = trouble.words();
    document_of(title, "bare", None, &html! { main #main .narrow { p .brand { "DataOps" } h1 { (title) } (body(trouble, request_id)) } })
}

fn body(trouble: Trouble, request_id: &str) -> Markup {
    let (_, advice) = trouble.words();
    html! {
        p { (advice) }
        p .actions { a .button .primary href="/" { "Go to Home" } }
        @if matches!(trouble, Trouble::Internal | Trouble::Unreachable) && !request_id.is_empty() { p .hint { "Request id: " code { (request_id) } } }
    }
}
