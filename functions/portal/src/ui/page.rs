//! The frame around every page: rail, heading, status, shared form.

use maud::{DOCTYPE, Markup, html};

use super::flash::Flash;
use super::icon::{icon, sprite};
use crate::assets;

/// What the frame needs to know of the reader and the request.
#[derive(Debug, Clone, Default)]
pub struct Chrome {
    /// Id of the reader.
    pub user_id: String,
    /// Name of the reader.
    pub user_name: String,
    /// Path and query of this page, without status codes.
    pub path: String,
    /// Proof for forms.
    pub csrf: String,
    /// Numbers beside the rail's entries, by path.
    pub counts: Vec<(&'static str, usize)>,
    /// `light`, `dark`, or the system's.
    pub theme: Option<&'static str>,
    /// True for an admin, who also sees what is about everybody.
    pub is_admin: bool,
    /// What just happened.
    pub flash: Option<Flash>,
}

impl Chrome {
    /// What the address asks for under this name.
    pub fn asked(&self, name: &str) -> Option<String> {
        let query = self.path.split_once('?')?.1;
        url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// One page inside the frame.
#[derive(Debug, Clone)]
pub struct Page {
    /// Title as shown.
    pub title: String,
    /// Short name for the modules and the style sheet.
    pub name: &'static str,
    /// One line under the title.
    pub lead: Markup,
    /// Beside the title.
    pub actions: Markup,
    /// When what it shows was computed, `08:02`; such a page refreshes itself.
    pub checked: Option<String>,
    /// The page itself.
    pub body: Markup,
    /// Dialogs and the like, outside of what is refreshed.
    pub after: Markup,
}

impl Page {
    /// A page with a title and a body.
    pub fn new(name: &'static str, title: impl Into<String>, body: Markup) -> Self {
        Self { title: title.into(), name, lead: html! {}, actions: html! {}, checked: None, body, after: html! {} }
    }
}

const PLACES: &[(&str, &str, &str)] = &[
    ("/", "Home", "home"),
    ("/tasks", "Tasks", "tasks"),
    ("/workflows", "Workflows", "flow"),
    ("/inbox", "Inbox", "inbox"),
    ("/calendar", "Calendar", "date"),
    ("/assistants", "Assistants", "assistant"),
    ("/recurring", "Recurring", "again"),
    ("/artifacts", "Artifacts", "file"),
    ("/templates", "Templates", "templates"),
    ("/documents", "Documents", "documents"),
];

/// The places that stand in the bar of a narrow page; the others are behind *More*.
const BAR: &[&str] = &["/", "/tasks", "/workflows", "/inbox"];

fn rest() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    PLACES.iter().copied().filter(|(path, ..)| !BAR.contains(path))
}

/// A whole document for a signed-in reader.
pub fn document(chrome: &Chrome, page: &Page) -> Markup {
    let live = page.checked.is_some();
    document_of(
        &page.title,
        page.name,
        chrome.theme,
        &html! {
            a .skip href="#main" { "Skip to content" }
            (sprite())
            (rail(chrome))
            main #main tabindex="-1" {
                header .head {
                    div .head-words {
                        h1 { (page.title) }
                        p .lead { (page.lead) @if let Some(checked) = &page.checked { span .checked { " · checked " span #checked { (checked) } } } }
                    }
                    div .head-actions { (page.actions) @if page.name != "search" { (search()) } a .button href="/tasks/new" data-new { (icon("plus")) "New task" } }
                }
                div #status role="status" { @if let Some(flash) = &chrome.flash { (flash.show()) } }
                div #alert role="alert" {}
                div #live data-live[live] { (page.body) }
            }
            aside #panel aria-label="Task" hidden {}
            form #act method="post" hidden { (super::form::hidden(&chrome.csrf, &chrome.path)) }
            div #dialogs { (page.after) }
            (help())
        },
    )
}

/// The skeleton that signed-in pages and the sign-in page share.
pub fn document_of(title: &str, name: &str, theme: Option<&str>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" data-theme=[theme] {
            head {
                meta charset="utf-8";
                title { (title) " · DataOps" }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                link rel="icon" href=(assets::url("icon.svg")) type="image/svg+xml";
                link rel="stylesheet" href=(assets::url("app.css"));
                script type="module" src=(assets::url("js/app.js")) {}
            }
            body data-page=(name) { (body) }
        }
    }
}

fn rail(chrome: &Chrome) -> Markup {
    let here = chrome.path.split('?').next().unwrap_or_default();
    let is_here = |place: &str| {
        if place == "/" { here == "/" } else { here.starts_with(place) || (place == "/workflows" && here.starts_with("/start")) }
    };
    html! {
        header .rail {
            a .brand href="/" { "DataOps" }
            nav aria-label="Main" {
                ul {
                    @for &(path, name, drawing) in PLACES {
                        li .is-rest[!BAR.contains(&path)] {
                            a href=(path) aria-current=[is_here(path).then_some("page")] {
                                (icon(drawing)) span { (name) }
                                @if let Some((_, number)) = chrome.counts.iter().find(|(of, number)| *of == path && *number > 0) { span .count { (number) } }
                            }
                        }
                    }
                    li .more-places {
                        details {
                            summary .is-here[rest().any(|(path, ..)| is_here(path))] { (icon("more")) span { "More" } }
                            ul { @for (path, name, drawing) in rest() { li { a href=(path) aria-current=[is_here(path).then_some("page")] { (icon(drawing)) span { (name) } } } } }
                        }
                    }
                }
                ul .rail-more {
                    li { a href="/settings" aria-current=[is_here("/settings").then_some("page")] { (icon("settings")) span { "Settings" } } }
                    @if chrome.is_admin {
                        li { a href="/users" aria-current=[is_here("/users").then_some("page")] { (icon("person")) span { "Users" } } }
                        li { a href="/data" aria-current=[is_here("/data").then_some("page")] { (icon("archived")) span { "Data" } } }
                    }
                }
            }
            a .find-link href="/search" { (icon("search")) span .sr { "Search" } }
            details .me {
                summary { span .who aria-hidden="true" { (super::words::initials(&chrome.user_name)) } span .me-name { (chrome.user_name) } }
                div .menu-items {
                    form method="post" action="/theme" {
                        (super::form::hidden(&chrome.csrf, &chrome.path))
                        fieldset { legend { "Colours" }
                            @for (value, words) in [("system", "System"), ("light", "Light"), ("dark", "Dark")] {
                                button .quiet name="theme" value=(value) aria-pressed=(if chrome.theme.unwrap_or("system") == value { "true" } else { "false" }) { (words) }
                            }
                        }
                    }
                    ul .plain {
                        li { a href="/settings" { "Settings" } }
                        @if chrome.is_admin { li { a href="/users" { "Users" } } li { a href="/data" { "Data" } } }
                        @if chrome.is_admin { li { a href="/activity" { "Activity" } } }
                        li { a href="/trash" { "Trash" } }
                    }
                    button .quiet .keys-help type="button" data-help hidden { "Keyboard shortcuts" }
                    form method="post" action="/sign-out" { (super::form::hidden(&chrome.csrf, "/")) button .quiet { (icon("out")) "Sign out" } }
                }
            }
        }
    }
}

fn search() -> Markup {
    html! {
        form .search role="search" action="/search" {
            label .sr for="search" { "Search tasks, workflows and documents" }
            (icon("search"))
            input #search type="search" name="q" placeholder="Search" maxlength="200" autocomplete="off" data-search="options";
        }
    }
}

fn help() -> Markup {
    let keys = [
        ("j k", "next, previous row"),
        ("Enter", "open"),
        ("x", "select; Shift and click selects up to here"),
        ("e", "done, or all that are selected"),
        ("w", "wait"),
        ("f", "follow-up sent"),
        ("d", "due date"),
        ("a", "assign"),
        ("c", "new task"),
        ("n", "start a workflow"),
        ("/", "search"),
        ("g then h t w i c a r e d", "Home, Tasks, Workflows, Inbox, Calendar, Assistants, Recurring, Templates, Documents"),
        ("Ctrl\u{a0}K", "everything by name"),
        ("Esc", "back"),
        ("?", "this help"),
    ];
    html! {
        dialog #help aria-labelledby="help-h" {
            form method="dialog" {
                h2 #help-h { "Keyboard shortcuts" }
                dl .keys { @for (key, words) in keys { div .is-wide[key.contains("then")] { dt { @for part in key.split(' ') { @if part == "then" { " then " } @else { kbd { (part) } " " } } } dd { (words) } } } }
                p { label { input type="checkbox" #keys-on checked; " Use single-letter shortcuts" } }
                p .dialog-actions { button .primary { "Close" } }
            }
        }
    }
}
