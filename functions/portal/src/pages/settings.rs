//! One's own account: password, API tokens, colours and keys.

use dataops_api::wire::{TokenList, TokenMade};
use dataops_domain::credential::{ApiToken, MAX_TOKEN_NAME};
use dataops_domain::time::{Date, Tz};
use dataops_domain::user::User;
use maud::{Markup, html};

use crate::ui::form::{self, Attempt, Field};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// What the page looks at.
#[derive(Debug, Clone, Copy)]
pub struct Settings<'a> {
    /// The reader.
    pub user: &'a User,
    /// Their tokens.
    pub tokens: &'a TokenList,
    /// Makes pressing the button twice one request.
    pub key: &'a str,
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
}

/// The page.
pub fn page(view: Settings<'_>, chrome: &Chrome, attempt: &Attempt) -> Page {
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (you(view.user, chrome))
        (password(view.user, chrome, attempt))
        (tokens(view, chrome, attempt))
        (look(chrome))
    };
    let lead = html! { "Your own account, on this installation" };
    Page { lead, ..Page::new("settings", "Settings", body) }
}

fn you(user: &User, chrome: &Chrome) -> Markup {
    html! {
        section .setting aria-labelledby="you-h" {
            h2 #you-h { "You" }
            dl .facts {
                div { dt { "Name" } dd { (user.name) } }
                div { dt { "E-mail" } dd { (user.email) } }
                div { dt { "Role" } dd { (role(user)) } }
            }
            @if chrome.is_admin { p .hint { "Name, e-mail and role are on " a href={ "/users/" (user.id) } { "your page among the users" } "." } }
            @else { p .hint { "An admin can change name, e-mail and role." } }
        }
    }
}

/// A role in words.
pub fn role(user: &User) -> &'static str {
    match user.role {
        dataops_domain::user::Role::Admin => "Admin",
        dataops_domain::user::Role::Operator => "Operator",
    }
}

fn password(user: &User, chrome: &Chrome, attempt: &Attempt) -> Markup {
    let field = |kind, name, label| Field { kind, required: true, ..Field::text("password", name, label) };
    html! {
        section .setting aria-labelledby="password-h" {
            h2 #password-h { "Password" }
            form .stack method="post" action="/settings/password" data-plain {
                (form::hidden(&chrome.csrf, "/settings"))
                input type="text" name="username" autocomplete="username" value=(user.email) hidden;
                (field("password", "oldPassword", "Password so far").show(attempt))
                (new_password("password", "newPassword", attempt))
                p .actions { button .primary { "Change password" } }
            }
            p .hint { "Everywhere else you are signed out. API tokens go on working." }
        }
    }
}

/// A new password and its repetition.
pub fn new_password(form: &str, name: &str, attempt: &Attempt) -> Markup {
    let hint = "Twelve characters or more are hard to guess; a few words are easy to keep.";
    html! {
        (Field { kind: "new-password", required: true, hint, ..Field::text(form, name, "New password") }.show(attempt))
        (Field { kind: "new-password", required: true, ..Field::text(form, "repeat", "New password, once more") }.show(attempt))
    }
}

fn tokens(view: Settings<'_>, chrome: &Chrome, attempt: &Attempt) -> Markup {
    html! {
        section .setting aria-labelledby="tokens-h" {
            h2 #tokens-h { "API tokens" }
            p { "A token lets a program work as you, without your password, until you revoke it." }
            @if view.tokens.tokens.is_empty() { p .none { "You have no API token." } }
            @else { ul .tokens { @for token in &view.tokens.tokens { (token_row(token, view, chrome)) } } }
            form .stack method="post" action="/settings/tokens" data-plain {
                (form::hidden(&chrome.csrf, "/settings"))
                input type="hidden" name="key" value=(view.key);
                div .pair {
                    (Field { required: true, most: MAX_TOKEN_NAME, ..Field::text("token", "name", "What is it for?") }.show(attempt))
                    (Field { kind: "date", hint: "(last day; empty for no end)", ..Field::text("token", "expiresAt", "Ends") }.show(attempt))
                }
                p .actions { button { (icon("plus")) "Make a token" } }
            }
        }
    }
}

fn token_row(token: &ApiToken, view: Settings<'_>, chrome: &Chrome) -> Markup {
    let when = |moment| words::moment(moment, view.today, view.timezone);
    html! {
        li .token {
            div {
                p .token-name { (token.name) }
                p .hint {
                    "made " time datetime=(token.created_at) { (when(token.created_at)) } " · "
                    @match token.last_used_at { Some(used) => { "last used " time datetime=(used) { (when(used)) } }, None => "never used" }
                    " · "
                    @match token.expires_at { Some(end) => { "ends " time datetime=(end) { (when(end)) } }, None => "no end" }
                }
            }
            form method="post" action={ "/settings/tokens/" (token.id) "/revoke" } data-plain {
                (form::hidden(&chrome.csrf, "/settings"))
                button .act { "Revoke" span .sr { " " (token.name) } }
            }
        }
    }
}

fn look(chrome: &Chrome) -> Markup {
    html! {
        section .setting aria-labelledby="look-h" {
            h2 #look-h { "Colours and keys" }
            form .actions method="post" action="/theme" data-plain {
                (form::hidden(&chrome.csrf, "/settings"))
                @for (value, words) in [("system", "As the system"), ("light", "Light"), ("dark", "Dark")] {
                    button name="theme" value=(value) aria-pressed=(if chrome.theme.unwrap_or("system") == value { "true" } else { "false" }) { (words) }
                }
            }
            p .actions { button .quiet .keys-help type="button" data-help hidden { "Keyboard shortcuts, and turning them off" } }
        }
    }
}

/// A token that was just made, with its value: the only time it is shown.
pub fn token_made(made: &TokenMade) -> Page {
    let body = html! {
        section .secret aria-labelledby="secret-h" {
            h2 #secret-h { (made.token.name) }
            p { "Copy the token now. It is not kept here and cannot be shown again." }
            (secret("token-value", "Token", &made.value))
            p .hint { "A program sends it as " code { "Authorization: Bearer …" } " to " code { "/work/api/" } "." }
            p .actions { a .button href="/settings" { "Done" } }
        }
    };
    Page::new("settings", "API token", body)
}

/// Something to copy.
pub fn secret(id: &str, label: &str, value: &str) -> Markup {
    html! {
        div .field {
            label for=(id) { (label) }
            div .copied {
                input id=(id) type="text" value=(value) readonly autocomplete="off" spellcheck="false";
                button type="button" data-copy=(id) hidden { (icon("copy")) "Copy" }
            }
        }
    }
}
