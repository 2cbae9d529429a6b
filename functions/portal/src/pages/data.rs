//! Data: the archives of everything that is stored, and what is in them (EX-5).

use dataops_api::exports::{Archive, ExportList};
use dataops_domain::time::{Date, Tz};
use maud::{Markup, html};

use crate::ui::form;
use crate::ui::group::{clear, group};
use crate::ui::icon::icon;
use crate::ui::page::{Chrome, Page};
use crate::ui::words;

/// The most archives that are listed: with them the page stays under 60 KB.
const MOST: usize = 30;

/// The most drills that are listed.
const DRILLS: usize = 5;

/// The page.
pub fn page(view: &ExportList, chrome: &Chrome, today: Date, timezone: Tz) -> Page {
    let working = view.running.as_ref().is_some_and(|run| !run.waiting) || view.exports.iter().any(|archive| archive.verifying);
    let body = html! {
        div data-watched data-working[working] {
            (now(view, chrome, today, timezone))
            @if view.exports.is_empty() { (clear("archives", "Archives", "None yet. The first one comes within a day.")) }
            @else { (group("archives", "Archives", &view.exports.len().to_string(), "", &archives(&view.exports, chrome, today, timezone))) }
            (drills(&view.exports, today, timezone))
            (contents())
            (checking())
        }
    };
    Page {
        lead: html! { "Archives of everything that is stored" },
        checked: Some(words::clock(view.checked_at, timezone)),
        ..Page::new("data", "Data", body)
    }
}

/// How the export stands, and the one thing to do about it.
fn now(view: &ExportList, chrome: &Chrome, today: Date, timezone: Tz) -> Markup {
    let when = |moment| words::moment(moment, today, timezone);
    html! {
        section .setting aria-labelledby="export-h" {
            h2 #export-h { "Export" }
            dl .facts {
                div { dt { "Last" } dd {
                    @match view.exports.first() {
                        Some(last) => { time datetime=(last.generated_at) { (when(last.generated_at)) } ", " (records(last)) ", " (words::size(last.bytes)) ", verified" },
                        None => "none yet",
                    }
                } }
                div { dt { "Next" } dd {
                    @match &view.running {
                        Some(run) if run.waiting => { "the one of " (when(run.generated_at)) " goes on by itself within a quarter of an hour" },
                        Some(run) => { "under way since " (when(run.generated_at)) ": " (run.step) ", " (words::many(run.records, "record", "records")) " read" },
                        None => (next(view, today, timezone)),
                    }
                } }
            }
            @if let Some(failed) = &view.failed {
                p .notice role="alert" { (icon("late")) span { "The export of " (when(failed.at)) " failed: " (failed.reason) } }
            }
            form method="post" action="/data" data-plain {
                (form::hidden(&chrome.csrf, "/data"))
                p .actions { button .primary disabled[view.running.as_ref().is_some_and(|run| !run.waiting)] { "Export now" } span .hint { "It is verified before it is listed." } }
            }
        }
    }
}

/// When the next one comes by itself: its schedule is daily, so within a day of the last.
fn next(view: &ExportList, today: Date, timezone: Tz) -> Markup {
    const DAY_AND_A_BIT: i64 = 26 * 3_600;
    let Some(last) = view.exports.first() else { return html! { "by itself, within a day" } };
    if view.checked_at > last.generated_at.plus_seconds(DAY_AND_A_BIT) {
        return html! { span .is-late { "overdue" } ": one is made every day, and the last is older than that. The runbook of lost schedules says what to do." };
    }
    html! { "by itself, by " (words::moment(last.generated_at.plus_seconds(24 * 3_600), today, timezone)) " at the latest" }
}

fn records(archive: &Archive) -> String {
    words::many(archive.counts.values().sum(), "record", "records")
}

/// What is known of an archive's soundness: it was verified before it was listed, and perhaps since.
fn soundness(archive: &Archive, today: Date, timezone: Tz) -> Markup {
    let when = |moment| words::moment(moment, today, timezone);
    html! {
        @if archive.verifying { "being verified…" }
        @else {
            @match &archive.verification {
                None => "verified",
                Some(found) if found.findings == 0 => { "verified again " (when(found.at)) },
                Some(found) => span .is-late { "damaged: " (words::many(found.findings, "finding", "findings")) ", " (when(found.at)) },
            }
        }
        @if let Some(drill) = &archive.drill { " · " @if drill.failed.is_empty() { "restored in a drill " (when(drill.at)) } @else { span .is-late { "a drill failed " (when(drill.at)) } } }
    }
}

fn archives(list: &[Archive], chrome: &Chrome, today: Date, timezone: Tz) -> Markup {
    html! {
        ul .archives {
            @for archive in list.iter().take(MOST) {
                li .archive data-id=(archive.id) {
                    div .archive-words {
                        p { time datetime=(archive.generated_at) { (words::moment(archive.generated_at, today, timezone)) } }
                        p .hint { (records(archive)) " · " (words::size(archive.bytes)) " · " (soundness(archive, today, timezone)) }
                        @if let Some(found) = archive.verification.as_ref().filter(|found| found.findings > 0) {
                            ul .findings { @for words in &found.first { li { (words) } } }
                        }
                        details data-key={ "archive-" (archive.id) } {
                            summary { "What it holds" span .sr { ": " (archive.id) } }
                            dl .facts {
                                @for (kind, number) in archive.counts.iter().filter(|(_, number)| **number > 0) { div { dt { (kind.replace('_', " ")) } dd { (number) } } }
                                div .is-wide { dt { "Checksum" } dd { code { (archive.checksum) } } }
                                div .is-wide { dt { "Address" } dd { code { (archive.uri) } } }
                            }
                        }
                    }
                    div .archive-acts {
                        form method="post" action={ "/data/" (archive.id) "/verify" } data-plain {
                            (form::hidden(&chrome.csrf, "/data"))
                            button .quiet disabled[archive.verifying] { "Verify now" span .sr { " " (archive.id) } }
                        }
                        a .act href={ "/work/api/exports/" (archive.id) "/download" } { "Download" span .sr { " " (archive.id) } }
                    }
                }
            }
        }
        @if list.len() > MOST { p .further { (list.len() - MOST) " earlier ones are in the bucket." } }
    }
}

/// The last drills: that what is archived can be put back, with the evidence.
fn drills(list: &[Archive], today: Date, timezone: Tz) -> Markup {
    let drilled: Vec<_> = list.iter().filter_map(|archive| Some((archive, archive.drill.as_ref()?))).take(DRILLS).collect();
    if drilled.is_empty() {
        return clear("drills", "Restore drills", "None yet. A drill puts an archive back into a store of its own, uses it, and compares.");
    }
    let content = html! {
        ul .archives {
            @for (archive, drill) in drilled {
                li .archive {
                    div .archive-words {
                        p { time datetime=(drill.at) { (words::moment(drill.at, today, timezone)) } ", of the archive of " (words::moment(archive.generated_at, today, timezone)) }
                        p .hint {
                            @if drill.failed.is_empty() { (words::many(drill.passed, "check", "checks")) " passed" }
                            @else { span .is-late { "failed: " (drill.failed.join(", ")) } }
                            @if drill.not_run > 0 { " · " (drill.not_run) " had nothing to try" }
                            @if drill.missing_objects > 0 { " · " span .is-late { (drill.missing_objects) " files without their bytes" } }
                        }
                    }
                    a .act href={ "/work/api/exports/" (archive.id) "/evidence" } { "Evidence" span .sr { " of the drill of " (archive.id) } }
                }
            }
        }
    };
    group("drills", "Restore drills", "", "", &content)
}

/// What is in an archive and what is left out, in plain words.
fn contents() -> Markup {
    html! {
        section .setting aria-labelledby="contents-h" {
            h2 #contents-h { "What an archive holds" }
            ul .means {
                li { "Every task, workflow, template, duty, person, file and artifact record, assistant job, notification, and the whole log of changes." }
                li { "Checksums of every file in it, a description of every field, and how many records there are." }
            }
            h2 { "What it leaves out" }
            ul .means {
                li { "Passwords, sessions, API tokens and setup links. Whoever is put back gets a new link." }
                li { "The bytes of files and outputs: they are copied apart, with " code { "dataops files copy" } ", and the archive says which belong to it." }
                li { "What looks like a credential: where a text has one all the same, the archive says " code { "[redacted]" } " instead." }
            }
        }
    }
}

/// How somebody else checks one, and how it is put back.
fn checking() -> Markup {
    html! {
        section .setting aria-labelledby="check-h" {
            h2 #check-h { "Check it, put it back" }
            p { "Anyone with the archive can check it; trying to put it back touches nothing that is in use." }
            pre .plain-text tabindex="0" { "dataops validate ARCHIVE\ndataops dry-run-import ARCHIVE\ndataops restore-drill --archive ARCHIVE" }
        }
    }
}
