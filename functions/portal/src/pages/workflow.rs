//! A workflow: where it stands, its links, its tasks by phase, and what is around it.

use dataops_api::views::bundle::{BundlePage, PhaseTasks, TemplateChanges};
use dataops_api::views::row::TaskRow;
use dataops_domain::bundle::{Bundle, BundleStatus, Stage};
use dataops_domain::task::Status;
use dataops_domain::time::Tz;
use maud::{Markup, html};

use crate::pages::assistants::section as assistant;
use crate::ui::activity::{self, Tell};
use crate::ui::artifact;
use crate::ui::form::{self, Attempt, Field};
use crate::ui::history;
use crate::ui::icon::icon;
use crate::ui::markdown::document_url;
use crate::ui::page::{Chrome, Page};
use crate::ui::row::{self, Rows};
use crate::ui::timeline::{Mark, timeline};
use crate::ui::{card, dialog, job, source, words};

/// The page.
/// A reader of a big workflow asks for a phase in the address.
pub fn page(view: &BundlePage, chrome: &Chrome, timezone: Tz, attempt: &Attempt) -> Page {
    let (bundle, card) = (&view.bundle, &view.card);
    let emoji = card.emoji.as_deref().map(|emoji| format!("{emoji} ")).unwrap_or_default();
    let body = html! {
        @if !attempt.message.is_empty() { p .problem role="alert" { (attempt.message) } }
        @if bundle.status == BundleStatus::Archived { p .notice { (icon("archived")) "Archived. It stays readable; bring it back to work on it." } }
        @if card.being_made { p .notice role="status" { "Its tasks are being made. This page fills up by itself." } }
        @if let Some(changes) = view.changes.filter(|_| bundle.status == BundleStatus::Active) { p .changed { (icon("templates")) span { "The template changed since: " (told(changes)) ". " a href={ "/workflows/" (bundle.id) "/template" } { "Look at it" } } } }
        section .summary #summary aria-label="Where it stands" {
            (stages(bundle.stage))
            p .summary-line { (card::progress(card)) span .card-risk { (card::risk(&card.risk)) @if let Some(badge) = &card.job { (job::badge(badge)) } } }
            (timeline(&marks(view), bundle.anchor_date, view.today))
        }
        div .columns {
            div .column-main {
                (links(view, chrome, attempt))
                (phases(view, chrome, timezone, chrome.asked("phase").as_deref()))
            }
            aside .column-side aria-label="Around it" { (side(view, chrome, timezone)) }
        }
    };
    Page {
        lead: html! {
            (emoji) @if let Some(template) = &card.template { (template) " · " }
            time datetime=(bundle.anchor_date) { (words::short_date(bundle.anchor_date, view.today)) } ", " (words::relative(card.anchor_in_days))
        },
        actions: html! {
            @if bundle.status == BundleStatus::Active {
                a .button href={ "/workflows/" (bundle.id) "/move" } { "Move…" }
                a .button href={ "/workflows/" (bundle.id) "/close" } { "Close…" }
            }
            a .button href={ "/tasks/new?bundle=" (bundle.id) } data-new { "Add a task" }
        },
        checked: Some(words::clock(view.checked_at, timezone)),
        after: dialog::all(chrome, &view.people, view.today, Some(bundle)),
        ..Page::new("workflow", bundle.title.clone(), body)
    }
}

fn told(changes: TemplateChanges) -> String {
    let parts = [
        (changes.added, "new task", "new tasks"),
        (changes.changed, "changed task", "changed tasks"),
        (changes.removed, "task dropped", "tasks dropped"),
        (changes.other, "other change", "other changes"),
    ];
    let told: Vec<String> =
        parts.into_iter().filter(|(number, ..)| *number > 0).map(|(number, one, many)| words::count(number, one, many)).collect();
    told.join(", ")
}

fn stages(current: Stage) -> Markup {
    html! {
        ol .stages aria-label="Stage" {
            @for stage in Stage::ALL {
                li .is-past[stage < current] aria-current=[(stage == current).then_some("step")] {
                    @if stage < current { (icon("check")) span .sr { "Reached: " } }
                    (words::stage(stage))
                }
            }
        }
    }
}

fn marks(view: &BundlePage) -> Vec<Mark> {
    view.phases
        .iter()
        .flat_map(|phase| &phase.tasks)
        .map(|task| Mark { date: task.date, status: task.status, late: task.overdue })
        .collect()
}

fn links(view: &BundlePage, chrome: &Chrome, attempt: &Attempt) -> Markup {
    if view.links.is_empty() {
        return html! {};
    }
    let empty = view.links.iter().filter(|slot| slot.url.is_empty()).count();
    let action = format!("/workflows/{}/links", view.bundle.id);
    let back = format!("/workflows/{}", view.bundle.id);
    let busy = attempt.form == "links" || chrome.flash.as_ref().is_some_and(|flash| flash.is("links"));
    let is_web = |url: &str| url.starts_with("http://") || url.starts_with("https://") || url.starts_with("mailto:");
    html! {
        section .group #links aria-labelledby="links-h" {
            h2 #links-h { "Links " span .number { (view.links.len() - empty) " of " (view.links.len()) " filled" } }
            // A phone folds the list, a wide screen shows it whole.
            details .folds-on-phone data-key="links" open[busy] {
            summary { "All links" }
            form method="post" action=(action) data-paste {
                (form::hidden(&chrome.csrf, &back))
                ul .slots {
                    @for slot in &view.links {
                        @let name = format!("slot:{}", slot.name);
                        @let tried = attempt.error("links", &name).is_some();
                        @if slot.url.is_empty() {
                            li .slot .is-empty {
                                (Field { most: 2_000, ..Field::text("links", &name, &slot.name) }.show(attempt))
                                @if slot.needed_by > 0 { span .hint { "needed by " (words::count(slot.needed_by, "task", "tasks")) } }
                                button .act { "Save" span .sr { " " (slot.name) } }
                            }
                        } @else {
                            li .slot {
                                span .slot-name { (slot.name) }
                                @if is_web(&slot.url) { a .slot-url href=(slot.url) rel="noopener noreferrer" { (short(&slot.url)) } } @else { span .slot-url { (slot.url) } }
                                details open[tried] data-key=(name) {
                                    summary { "Change" span .sr { " " (slot.name) } }
                                    @let hint = if slot.is_evidence { "It proves a done task, so it can be changed but not emptied." } else { "" };
                                    (Field { value: &slot.url, most: 2_000, hint, ..Field::text("links", &name, &slot.name) }.show(attempt))
                                    button .act { "Save" span .sr { " " (slot.name) } }
                                }
                            }
                        }
                    }
                }
            }
            }
        }
    }
}

fn short(url: &str) -> &str {
    let bare = ["https://", "http://", "mailto:"].iter().find_map(|start| url.strip_prefix(start)).unwrap_or(url);
    bare.strip_prefix("www.").unwrap_or(bare).trim_end_matches('/')
}

/// How much of a workflow fits on a page, counted in rows that are only read past.
const ROOM: usize = 100;
/// What a row with its controls takes of that room, and what a link does.
const FULL_ROW: usize = 3;
const LINK: usize = 2;

/// Each phase with how many of its rows are shown: all of a workflow that fits; else the phase asked for or the one the
/// work is in, then those with something late, as far as they fit. The others are a link.
fn portions<'a>(view: &'a BundlePage, asked: Option<&str>) -> Vec<(&'a PhaseTasks, usize)> {
    let phases: Vec<&PhaseTasks> = view.phases.iter().filter(|phase| !phase.tasks.is_empty()).collect();
    let room = ROOM.saturating_sub(LINK * view.links.len());
    let urgent = |phase: &PhaseTasks| phase.tasks.iter().any(|task| task.overdue || task.follow_up_due);
    let open = |phase: &PhaseTasks| phase.tasks.iter().filter(|task| matches!(task.status, Status::Todo | Status::Waiting)).count();
    let controls = |phase: &PhaseTasks| if phase.current || urgent(phase) { open(phase) * (FULL_ROW - 1) } else { 0 };
    if phases.iter().map(|phase| phase.tasks.len() + controls(phase)).sum::<usize>() <= room {
        return phases.into_iter().map(|phase| (phase, usize::MAX)).collect();
    }
    let asked = asked.filter(|asked| phases.iter().any(|phase| phase.id == *asked));
    let rank = |phase: &PhaseTasks| match asked {
        Some(asked) if phase.id == asked => 0,
        None if phase.current => 0,
        _ if urgent(phase) => 1,
        _ => 2,
    };
    let mut order: Vec<usize> = (0..phases.len()).filter(|at| rank(phases[*at]) < 2).collect();
    order.sort_by_key(|at| rank(phases[*at]));
    let (mut left, mut shown) = (room / FULL_ROW, vec![0; phases.len()]);
    for at in order {
        shown[at] = phases[at].tasks.len().min(left);
        left -= shown[at];
    }
    phases.into_iter().zip(shown).collect()
}

/// A phase of a big workflow that is a link: its tasks come with it.
fn closed_phase(phase: &PhaseTasks, bundle: &dataops_domain::id::BundleId) -> Markup {
    let late = phase.tasks.iter().filter(|task| task.overdue).count();
    let name = if phase.name.is_empty() { "Without a phase" } else { &phase.name };
    let id: String = url::form_urlencoded::byte_serialize(phase.id.as_bytes()).collect();
    html! {
        div .phase .is-link {
            h3 { a href={ "/workflows/" (bundle) "?phase=" (id) "#tasks" } { (name) } }
            @if phase.current { span .tag { "now" } }
            @if late > 0 { span .is-late { (icon("late")) (late) " late" } }
            span .number { (phase.done) "/" (phase.tasks.len()) }
        }
    }
}

fn phases(view: &BundlePage, chrome: &Chrome, timezone: Tz, asked: Option<&str>) -> Markup {
    let rows = Rows { today: view.today, timezone, me: &chrome.user_id, with_workflow: false, lean: false, picked: None };
    html! {
        section .group #tasks aria-labelledby="tasks-h" {
            h2 #tasks-h { "Tasks " span .number { (view.card.done) " of " (view.card.total) " done" } }
            @if view.phases.iter().all(|phase| phase.tasks.is_empty()) { p .none { "No tasks yet. " a href={ "/tasks/new?bundle=" (view.bundle.id) } { "Add one" } "." } }
            @for (phase, most) in portions(view, asked) {
                @if most == 0 { (closed_phase(phase, &view.bundle.id)) } @else { (phase_tasks(phase, rows, most, &view.bundle.id)) }
            }
        }
    }
}

/// A phase with at most this many of its rows: what is open first.
fn phase_tasks(phase: &PhaseTasks, rows: Rows<'_>, most: usize, bundle: &dataops_domain::id::BundleId) -> Markup {
    let (closed, open): (Vec<TaskRow>, Vec<TaskRow>) =
        phase.tasks.iter().cloned().partition(|task| matches!(task.status, Status::Done | Status::Archived));
    let urgent = open.iter().any(|task| task.overdue || task.follow_up_due);
    let late = open.iter().filter(|task| task.overdue).count();
    let name = if phase.name.is_empty() { "Without a phase" } else { &phase.name };
    let shown = phase.current || urgent || most < usize::MAX;
    let (all_open, all_closed) = (open.len(), closed.len());
    let (open, closed) = (&open[..all_open.min(most)], &closed[..all_closed.min(most.saturating_sub(all_open))]);
    let left = all_open - open.len();
    html! {
        details .phase .is-current[phase.current] open[shown] data-key={ "phase-" (phase.id) } {
            summary {
                h3 { (name) }
                @if phase.current { span .tag { "now" } }
                @if late > 0 { span .is-late { (icon("late")) (late) " late" } }
                span .number { (phase.done) "/" (phase.tasks.len()) }
            }
            @if !open.is_empty() { (row::list(open, Rows { lean: !shown, ..rows })) }
            @if left > 0 { p .further { a href={ "/tasks?bundle=" (bundle) } { (words::count(left, "more task", "more tasks")) " of this phase, on the list" } } }
            @if all_closed > 0 {
                details .folded data-key={ "done-" (phase.id) } {
                    summary { (words::count(all_closed, "task", "tasks")) " done" }
                    (row::list(closed, Rows { lean: true, ..rows }))
                    @if closed.len() < all_closed { p .further { a href={ "/tasks?bundle=" (bundle) "&status=done" } { "All of them, on the list" } } }
                }
            }
        }
    }
}

/// What the assistant can be asked about.
fn asked_about(bundle: &Bundle) -> assistant::Of<'_> {
    let tags = bundle.tags.get().map(Vec::as_slice).unwrap_or_default();
    assistant::Of { kind: "bundle", id: bundle.id.as_str(), tags, open: bundle.status == BundleStatus::Active, level: 2 }
}

fn side(view: &BundlePage, chrome: &Chrome, timezone: Tz) -> Markup {
    let bundle = &view.bundle;
    let references = bundle.references.get().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if let Some(description) = bundle.description.text() { section .part { h2 { "About" } p .prewrap { (description) } } }
        @if let Some(origin) = &view.origin { section .part #origin { h2 { "Started by" } p { (source::origin(origin)) } } }
        @if !references.is_empty() {
            section .part #references { h2 { "References" }
                ul .plain { @for reference in references { li { @if reference.url.starts_with("http") { a href=(reference.url) rel="noopener noreferrer" { (reference.name) } } @else { (reference.name) } } } }
            }
        }
        (assistant::section(asked_about(bundle), &view.jobs, view.checked_at))
        @if !view.artifacts.is_empty() {
            section .part #artifacts { h2 { "Artifacts" } ul .artifacts { @for each in &view.artifacts { (artifact::row(each, &chrome.csrf, &chrome.path)) } } }
        }
        @if !view.documents.is_empty() {
            section .part #documents { h2 { "Documents" } ul .plain { @for document in &view.documents { li { @if document.found { a href=(document_url(&document.id, "", "")) { (icon("file")) (document.title) } } @else { (icon("file")) (document.title) span .hint { " (missing)" } } } } } }
        }
        section .part #activity { h2 { "Activity" }
            (history::stream(&[], &view.events[..view.events.len().min(12)], Tell { people: &view.people, today: view.today, timezone }))
            p .more { a href=(activity::address("bundle", bundle.id.as_str())) { "All activity" } }
        }
        section .part #manage { h2 { "Manage" }
            details data-key="stage" {
                summary { "Change the stage" }
                form .inline method="post" action={ "/workflows/" (bundle.id) "/stage" } {
                    (form::hidden(&chrome.csrf, &format!("/workflows/{}", bundle.id)))
                    (form::select("stage", "stage", "Stage", &Stage::ALL.map(|stage| (stage.as_str().to_owned(), words::stage(stage).to_owned())), bundle.stage.as_str()))
                    button { "Save" }
                }
            }
            @if bundle.status == BundleStatus::Active {
                details data-key="archive" {
                    summary { "Archive this workflow" }
                    p .hint { @if view.card.done < view.card.total { (words::count(view.card.total - view.card.done, "task is", "tasks are")) " still open; they stay as they are. " } "It leaves the lists and stays readable." }
                    form method="post" action={ "/workflows/" (bundle.id) "/archive" } { (form::hidden(&chrome.csrf, &format!("/workflows/{}", bundle.id))) button { "Archive" } }
                }
            } @else {
                form method="post" action={ "/workflows/" (bundle.id) "/restore" } { (form::hidden(&chrome.csrf, &format!("/workflows/{}", bundle.id))) button { "Bring it back" } }
                details data-key="delete" {
                    summary { "Delete this workflow" }
                    p .hint { "Its tasks stay. It goes to the trash, and can be restored from there." }
                    form method="post" action={ "/workflows/" (bundle.id) "/delete" } { (form::hidden(&chrome.csrf, "/workflows?status=archived")) button { "Delete" } }
                }
            }
        }
    }
}
