//! The people who work here: the list, and one of them.

use std::collections::HashMap;

use dataops_api::views::row::TaskRow;
use dataops_api::views::users::{UserCard, UserPage, UsersPage};
use dataops_api::wire::SetupLinkMade;
use dataops_domain::time::{Date, Timestamp, Tz};
use dataops_domain::user::Role;
use maud::{Markup, html};

use super::settings::{role, secret};
use crate::ui::activity::address;
use crate::ui::form::{self, Attempt, Field};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// What these pages know besides the engine's view.
#[derive(Debug, Clone, Copy)]
pub struct Around<'a> {
    /// When each person signed in last, by id.
    pub signed_in: &'a HashMap<String, Timestamp>,
    /// Makes pressing a button twice one request.
    pub key: &'a str,
    /// Today in the application timezone.
    pub today: Date,
    /// The application timezone.
    pub timezone: Tz,
}

/// Everybody.
pub fn list(view: &UsersPage, around: Around<'_>, chrome: &Chrome, attempt: &Attempt) -> Page {
    let open = attempt.form == "user";
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        details .add open[open] {
            summary { (icon("plus")) "Add somebody" }
            form .stack method="post" action="/users" data-plain {
                (form::hidden(&chrome.csrf, "/users"))
                input type="hidden" name="key" value=(around.key);
                (fields(attempt, "", "", Role::Operator))
                p .actions { button .primary { "Add" } span .hint { "Then make a link with which they set their password." } }
            }
        }
        ul .people aria-label="People" { @for card in &view.users { (person(card, around, chrome)) } }
    };
    let enabled = view.users.iter().filter(|card| card.user.is_enabled()).count();
    let lead = html! { (words::count(enabled, "person", "people")) " who may sign in, " (words::count(view.users.len() - enabled, "account", "accounts")) " disabled" };
    Page { lead, ..Page::new("users", "Users", body) }
}

fn fields(attempt: &Attempt, name: &str, email: &str, chosen: Role) -> Markup {
    let roles =
        [("operator".to_owned(), "Operator: runs the work".to_owned()), ("admin".to_owned(), "Admin: also manages users".to_owned())];
    let chosen = attempt.value("user", "role").unwrap_or(if chosen == Role::Admin { "admin" } else { "operator" });
    html! {
        (Field { value: name, required: true, most: 200, ..Field::text("user", "name", "Name") }.show(attempt))
        (Field { kind: "email", value: email, required: true, most: 320, ..Field::text("user", "email", "E-mail") }.show(attempt))
        (form::select("user", "role", "Role", &roles, chosen))
        @if let Some(wrong) = attempt.error("user", "role") { p .wrong { (wrong) } }
    }
}

fn person(card: &UserCard, around: Around<'_>, chrome: &Chrome) -> Markup {
    let user = &card.user;
    let href = format!("/users/{}", user.id);
    html! {
        li .person .is-off[!user.is_enabled()] {
            span .who aria-hidden="true" { (words::initials(&user.name)) }
            div .person-words {
                p { a .title href=(href) { (user.name) } @if user.id.as_str() == chrome.user_id { " (you)" } " " @if user.role == Role::Admin { span .tag { (role(user)) } } }
                p .hint { (user.email) " · " (state(card, around)) }
            }
            a .act href=(href) { "Manage" span .sr { " " (user.name) } }
        }
    }
}

/// Whether somebody can sign in, and when they did.
fn state(card: &UserCard, around: Around<'_>) -> Markup {
    let when = |moment| words::moment(moment, around.today, around.timezone);
    let last = around.signed_in.get(card.user.id.as_str());
    html! {
        @if !card.user.is_enabled() { span .is-late { (icon("late")) "disabled" } }
        @else if !card.has_password {
            @match card.setup_link_until {
                Some(end) => span .is-waiting { (icon("waiting")) "setup link open until " (when(end)) },
                None => span .is-chase { (icon("late")) "cannot sign in yet: no password" },
            }
        }
        @else if let Some(last) = last { "last signed in " time datetime=(last) { (when(*last)) } }
        @else { "has not signed in yet" }
    }
}

/// One of them.
pub fn one(view: &UserPage, around: Around<'_>, chrome: &Chrome, attempt: &Attempt) -> Page {
    let card = &view.card;
    let user = &card.user;
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        (sign_in(card, around, chrome))
        section .setting aria-labelledby="account-h" {
            h2 #account-h { "Account" }
            form .stack method="post" action={ "/users/" (user.id) "/save" } data-plain {
                (form::hidden(&chrome.csrf, &chrome.path))
                (fields(attempt, &user.name, &user.email, user.role))
                p .actions { button .primary { "Save" } }
            }
            p .hint { "Another address ends the sessions of " (user.name) "." }
        }
        (assigned(view, around, chrome, attempt))
        (access(card, chrome))
    };
    let lead = html! { (user.email) " · " (role(user)) " · " (state(card, around)) };
    let actions = html! { a .button href=(address("user", user.id.as_str())) { "Activity" } };
    Page { lead, actions, ..Page::new("user", user.name.clone(), body) }
}

fn sign_in(card: &UserCard, around: Around<'_>, chrome: &Chrome) -> Markup {
    let user = &card.user;
    let password = match (card.has_password, card.setup_link_until) {
        (true, _) => "set".to_owned(),
        (false, Some(end)) => format!("not set; link open until {}", words::moment(end, around.today, around.timezone)),
        (false, None) => "not set yet".to_owned(),
    };
    let last = around.signed_in.get(user.id.as_str());
    let last = last.map_or_else(|| "never".to_owned(), |last| words::moment(*last, around.today, around.timezone));
    html! {
        section .setting aria-labelledby="sign-in-h" {
            h2 #sign-in-h { "Sign-in" }
            dl .facts {
                div { dt { "Password" } dd { (password) } }
                div { dt { "Last signed in" } dd { (last) } }
                div { dt { "API tokens" } dd { @if card.tokens == 0 { "none" } @else { (card.tokens) } } }
            }
            @if user.is_enabled() {
                form method="post" action={ "/users/" (user.id) "/setup-link" } data-plain {
                    (form::hidden(&chrome.csrf, &chrome.path))
                    input type="hidden" name="key" value=(around.key);
                    p .actions {
                        button { (icon("link")) @if card.has_password { "Make a link to reset the password" } @else { "Make a setup link" } }
                        span .hint { "It works once, for 24 hours. An older link stops working." }
                    }
                }
            }
        }
    }
}

fn access(card: &UserCard, chrome: &Chrome) -> Markup {
    let user = &card.user;
    html! {
        section .setting aria-labelledby="access-h" {
            h2 #access-h { "Access" }
            @if !user.is_enabled() {
                p { (user.name) " cannot sign in. Enabling brings back neither sessions nor API tokens." }
                (button(card, chrome, "enable", "Enable the account"))
            } @else if card.only_admin {
                p { (user.name) " is the only admin who may sign in. Make somebody else an admin before disabling this account." }
            } @else {
                p { "Disabling ends every session and API token of " (user.name) " at once. What they did stays as it is, and so do the tasks above until you give them to somebody." }
                (button(card, chrome, "disable", "Disable the account"))
            }
        }
    }
}

fn button(card: &UserCard, chrome: &Chrome, action: &str, words: &str) -> Markup {
    html! {
        form method="post" action={ "/users/" (card.user.id) "/" (action) } data-plain {
            (form::hidden(&chrome.csrf, &chrome.path))
            p .actions { button { (words) } }
        }
    }
}

fn assigned(view: &UserPage, around: Around<'_>, chrome: &Chrome, attempt: &Attempt) -> Markup {
    let user = &view.card.user;
    let tasks = &view.tasks.tasks;
    let others: Vec<(String, String)> = view
        .tasks
        .people
        .iter()
        .filter(|person| !person.disabled && person.id != user.id.as_str())
        .map(|person| (person.id.clone(), person.name.clone()))
        .collect();
    html! {
        section .setting aria-labelledby="assigned-h" {
            h2 #assigned-h { "Open tasks of " (user.name) @if !tasks.is_empty() { " " span .number { (tasks.len()) @if view.tasks.next_cursor.is_some() { "+" } } } }
            @if tasks.is_empty() { p .none { "Nothing open is assigned to " (user.name) "." } }
            @else {
                form .reassign method="post" action={ "/users/" (user.id) "/reassign" } data-plain {
                    (form::hidden(&chrome.csrf, &chrome.path))
                    ul .assigned { @for task in tasks { (assigned_row(task, around)) } }
                    @if view.tasks.next_cursor.is_some() { p .hint { "These are the first; the next ones show when these have moved." } }
                    @if others.is_empty() { p .hint { "There is nobody else who could take them." } }
                    @else {
                        div .hand-over {
                            (form::select("reassign", "to", "Give the ticked tasks to", &others, attempt.value("reassign", "to").unwrap_or_default()))
                            button { "Reassign" }
                        }
                    }
                }
            }
        }
    }
}

fn assigned_row(task: &TaskRow, around: Around<'_>) -> Markup {
    html! {
        li {
            input type="checkbox" name="task" value=(task.id) checked aria-label={ "Reassign: " (task.description) };
            a href={ "/tasks/" (task.id) } { (task.description) }
            span .hint {
                @if task.overdue { span .is-late { (icon("late")) (words::due(task.date, around.today)) } } @else { (words::due(task.date, around.today)) }
                @if let Some(workflow) = &task.workflow { " · " (workflow.title) }
            }
        }
    }
}

/// A setup link that was just made: the only time it is shown.
pub fn link_made(made: &SetupLinkMade, name: &str, origin: &str, around: Around<'_>) -> Page {
    let body = html! {
        section .secret aria-labelledby="secret-h" {
            h2 #secret-h { "For " (name) }
            p { "Send this link to " (name) " and to nobody else. Whoever opens it sets the password." }
            (secret("setup-link", "Setup link", &format!("{origin}{}", made.path)))
            p .hint { "It works once, until " (words::moment(made.expires_at, around.today, around.timezone)) ". It is not kept here and cannot be shown again; you can make a new one at any time." }
            p .actions { a .button href={ "/users/" (made.user_id) } { "Done" } }
        }
    };
    Page::new("user", "Setup link", body)
}
