//! What can be done with a job now: approve, edit, reject, try again, give up, follow up. Each a plain form.

use dataops_domain::artifact::ArtifactStatus;
use dataops_domain::job::JobStatus;
use dataops_domain::job::input::{MAX_NOTE, MAX_WORDS};
use maud::{Markup, html};

use super::job::Shown;
use crate::ui::form::{self, Field};

/// The section.
pub(super) fn section(shown: Shown<'_>) -> Markup {
    let may = shown.view.may;
    html! {
        section #decide aria-label="What can be done" {
            @if may.decide { (approve(shown)) }
            @else if may.submit || may.retry { (go_on(shown)) }
            div .standings {
                @if may.decide { (reject(shown)) }
                @if may.acknowledge { (follow_up(shown)) (acknowledge(shown)) }
                @if may.cancel { (cancel(shown)) }
                @if !may.acknowledge { a .quiet href=(new_task(shown)) { "Make a follow-up task" } }
            }
        }
    }
}

/// The checksums of the outputs as they are shown: what is approved is what was seen.
pub(super) fn seen(shown: Shown<'_>) -> Markup {
    let gone = |status| matches!(status, ArtifactStatus::Superseded | ArtifactStatus::Archived);
    let view = shown.view;
    let find = |id: &String| view.artifacts.iter().find(|artifact| artifact.id.as_str() == id);
    let current = view.job.output_artifact_ids.iter().filter_map(find).filter(|artifact| !gone(artifact.status));
    html! { @for artifact in current { input type="hidden" name="seen" value={ (artifact.id) " " (artifact.checksum.as_deref().unwrap_or_default()) }; } }
}

fn approve(shown: Shown<'_>) -> Markup {
    let fills = shown.view.row.task.as_ref().and_then(|task| task.fills.as_ref());
    html! {
        form method="post" action={ (shown.own()) "/approve" } {
            (form::hidden(&shown.chrome.csrf, &shown.own()))
            (seen(shown))
            p .actions { button .primary { "Approve" } span .hint { "What is shown below is what is approved" @if let Some(fills) = fills { "; it fills “" (fills) "”" } "." } }
        }
    }
}

/// The job as it is shown: a decision about another attempt than the one that was looked at is refused.
fn version(shown: Shown<'_>) -> Markup {
    html! { input type="hidden" name="version" value=(shown.view.job.version); }
}

/// Handing over and trying again.
fn go_on(shown: Shown<'_>) -> Markup {
    let (may, own) = (shown.view.may, shown.own());
    let again = may.retry;
    html! {
        form method="post" action={ (own) @if again { "/retry" } @else { "/submit" } } {
            (form::hidden(&shown.chrome.csrf, &own))
            (version(shown))
            p .actions {
                button .primary { @if again { "Try again" } @else { "Hand over" } }
                @if may.edit { a .button href={ (own) "/change" } { "Change it" } }
                @if may.run_dry { button formaction={ (own) "/run-dry" } { "Make it at once, without a model" } }
            }
        }
    }
}

/// A form that is folded away until it is wanted, or was refused.
fn part(shown: Shown<'_>, name: &str, action: &str, summary: &str, content: &Markup) -> Markup {
    html! {
        details .standing id=(name) open[shown.attempt.form == name] data-key=(name) {
            summary { (summary) }
            form .stack method="post" action={ (shown.own()) "/" (action) } { (form::hidden(&shown.chrome.csrf, &shown.own())) (version(shown)) (content) }
        }
    }
}

fn reject(shown: Shown<'_>) -> Markup {
    let row = &shown.view.row;
    let left = row.attempt < row.max_attempts;
    let why = Field {
        kind: "area",
        required: true,
        most: MAX_WORDS,
        hint: "The next attempt reads it.",
        ..Field::text("reject", "reason", "What is wrong with it")
    };
    let content = html! {
        (why.show(shown.attempt))
        p .actions {
            @if left { button name="again" value="1" { "Reject and try again" } }
            button { "Reject" }
        }
        @if !left { p .hint { "It was the last attempt." } }
    };
    part(shown, "reject", "reject", "Reject…", &content)
}

fn cancel(shown: Shown<'_>) -> Markup {
    let at_work = matches!(shown.view.row.status, JobStatus::Queued | JobStatus::Running);
    let content = html! {
        ul .means {
            li { "It is over for good, and can’t be tried again." }
            @if at_work { li { "What the assistant still writes is not taken." } }
            li { "What it made so far stays readable." }
        }
        p .actions { button { "Cancel it" } }
    };
    part(shown, "cancel", "cancel", "Cancel…", &content)
}

fn note(shown: Shown<'_>, of: &'static str, label: &'static str, required: bool) -> Markup {
    Field { kind: "area", most: MAX_NOTE, required, hint: if required { "" } else { "optional" }, ..Field::text(of, "note", label) }
        .show(shown.attempt)
}

fn acknowledge(shown: Shown<'_>) -> Markup {
    let content = html! {
        (note(shown, "acknowledge", "Why it may rest", true))
        ul .means { li { "It leaves Home and the list. Nothing is made." } }
        p .actions { button { "Acknowledge" } }
    };
    part(shown, "acknowledge", "acknowledge", "Acknowledge…", &content)
}

/// The task that takes over, filled in as far as it is known.
fn follow_up(shown: Shown<'_>) -> Markup {
    let today = shown.today.to_string();
    let me = shown.chrome.user_id.as_str();
    let chosen = shown.attempt.value("follow-up", "assigneeId").unwrap_or(me);
    let described = description(shown);
    let content = html! {
        input type="hidden" name="follow" value="1";
        (Field { value: &described, required: true, most: 500, ..Field::text("follow-up", "description", "What is to be done") }.show(shown.attempt))
        div .pair {
            (Field { kind: "date", value: &today, required: true, ..Field::text("follow-up", "date", "Due") }.show(shown.attempt))
            (form::select("follow-up", "assigneeId", "Who does it", &form::people_options("Nobody yet", &shown.view.people, chosen), chosen))
        }
        (note(shown, "follow-up", "Note", false))
        ul .means { li { "The job is acknowledged with it and leaves Home." } }
        p .actions { button { "Make the task" } }
    };
    part(shown, "follow-up", "acknowledge", "Follow-up task…", &content)
}

fn description(shown: Shown<'_>) -> String {
    format!("Follow up: {}", shown.view.row.title).chars().take(500).collect()
}

/// A new task with everything filled in, for a job that needs no acknowledgement.
fn new_task(shown: Shown<'_>) -> String {
    let workflow = shown.view.row.workflow.as_ref().map_or("", |workflow| workflow.id.as_str());
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("description", &description(shown)).append_pair("comment", &format!("Assistant job: {}", shown.own()));
    if !workflow.is_empty() {
        query.append_pair("bundle", workflow);
    }
    format!("/tasks/new?{}", query.finish())
}
