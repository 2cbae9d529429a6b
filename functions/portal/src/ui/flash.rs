//! What just happened, said once after a redirect. The address carries a code from this list and what it happened to
//! (`did`: ids, versions, dates), so no link can put words of its own on a page.

use dataops_domain::id;
use dataops_domain::time::parse_date;
use maud::{Markup, html};

use super::icon::icon;
use super::words;

const SAID: &[(&str, &str)] = &[
    ("done", "Done."),
    ("reopened", "Open again."),
    ("saved", "Saved."),
    ("waiting", "Waiting. It comes back on the follow-up day."),
    ("sent", "Noted: asked again."),
    ("answered", "Answered. The task is back on your list."),
    ("unblocked", "Unblocked. The task is back on your list."),
    ("resolved", "Done. The wait is over."),
    ("comment", "Comment added."),
    ("due", "Due date changed."),
    ("assigned", "Assigned."),
    ("archived-task", "Task archived."),
    ("links", "Links saved."),
    ("created", "Task created."),
    ("gap", "Gap reported. It is a task of its own now; go on with the work."),
    ("started", "Workflow started. Every task has its date."),
    ("archived", "Workflow archived. It stays readable."),
    ("restored", "Workflow is active again."),
    ("stage", "Stage changed."),
    ("dismissed", "Dismissed. The work itself stays where it is."),
    ("dismissed-all", "Inbox cleared. The work itself stays where it is."),
    ("deleted", "Deleted. It is in the trash."),
    ("deleted-workflow", "Workflow deleted. It is in the trash."),
    ("uploaded", "Uploaded."),
    ("file-deleted", "File deleted."),
    ("artifact-added", "Added. It waits for review."),
    ("artifact-approved", "Approved. It counts as proof."),
    ("artifact-rejected", "Rejected."),
    ("artifact-archived", "Archived. It stays readable."),
    ("untrashed", "Restored from the trash."),
    ("welcome", "Your password is set and you are signed in."),
    ("password", "Password changed. Everywhere else you are signed out."),
    ("revoked", "Token revoked. It works no more."),
    ("user-added", "Added. Make a setup link next, so that they can sign in."),
    ("disabled", "Account disabled. Its sessions and tokens are over."),
    ("enabled", "Account enabled."),
    ("reassigned", "Reassigned."),
    ("reassigned-some", "Reassigned what was still open and theirs. The rest was left as it is."),
    ("template-taken", "Taken over from the template."),
    ("template-taken-some", "Taken over from the template, but for what had changed here meanwhile."),
    ("template-left", "Left as it is. You hear of it when the template changes again."),
    ("template", "Template saved. Running workflows stay as they are."),
    ("template-content", "Updated from the content in Git."),
    ("template-removed", "Task removed from the template."),
    ("template-deleted", "Template deleted. It is in the trash."),
    ("paused", "Paused. What is there already stays."),
    ("resumed", "Resumed. The days that passed are not made up."),
    ("source-archived", "Archived. What it made stays."),
    ("duty", "Duty saved. Tasks that are there stay as they are."),
    ("duty-added", "Duty created. These are its next dates."),
    ("duty-deleted", "Duty deleted."),
    ("retried", "Made."),
    ("retried-failed", "Tried again, and it failed again. This is why."),
    ("retried-nothing", "There is nothing to make for this date. This is why."),
    ("rests", "Noted. It leaves Home."),
    ("export-asked", "Started. It is listed here when it has been verified."),
    ("verify-asked", "Started. What is found is shown with the archive."),
    ("export-later", "Nothing here can start one; it comes with its schedule."),
    ("job-asked", "Asked. The assistant begins at once."),
    ("job-draft", "Kept as a draft. Nobody works on it before it is handed over."),
    ("job-submitted", "Handed over. The assistant begins at once."),
    ("job-made", "Made. Look at it below."),
    ("job-approved", "Approved. What it made is on its task and workflow."),
    ("job-edited", "Saved as a new version. It still waits for your decision."),
    ("job-edited-approved", "Your version is saved and approved. The one before is kept."),
    ("job-rejected", "Rejected. The reason is kept."),
    ("job-again", "Handed over for another attempt."),
    ("job-retried", "To be tried again."),
    ("job-canceled", "Canceled."),
    ("job-rests", "Acknowledged. It leaves Home."),
    ("bulk-done", "{n} done."),
    ("bulk-reopened", "{n} open again."),
    ("bulk-due", "{n} moved."),
    ("bulk-assigned", "{n} assigned."),
    ("bulk-tagged", "Tags of {n} changed."),
    ("undone", "Taken back."),
    ("bulk-undone", "Taken back for {n}."),
    ("moved", "Workflow moved. The tasks that follow have their new dates."),
    ("moved-back", "Workflow moved back. Its tasks have their earlier dates."),
    ("closed", "Workflow closed. It stays readable."),
];

/// A button that takes it back: it belongs to the page's shared form.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Undo {
    action: String,
    /// Name and value that the button sends.
    sends: Option<(&'static str, String)>,
}

/// A status message, and where there is one the way back, or the way to what was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    code: &'static str,
    words: String,
    undo: Option<Undo>,
    made: Option<String>,
}

impl Flash {
    /// The message of a code. `did` is what it happened to: tasks with the versions that the change made (`id.7,id.3`),
    /// or one thing and what it was before.
    pub fn of(code: &str, did: Option<&str>) -> Option<Self> {
        let &(code, words) = SAID.iter().find(|(known, _)| *known == code)?;
        let did = did.unwrap_or_default();
        let number = did.split(',').filter(|each| !each.is_empty()).count();
        let words = words.replace("{n}", &words::count(number, "task", "tasks"));
        let made = (code == "created").then(|| format!("/tasks/{did}")).filter(|_| id::is_valid(did));
        Some(Self { code, words, undo: undo(code, did), made })
    }

    /// True when this is the message of a code.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }

    /// The message as markup; its button uses the page's shared form.
    pub fn show(&self) -> Markup {
        html! {
            p .flash {
                (icon("check")) span { (self.words) }
                @if let Some(made) = &self.made { a .quiet href=(made) { "Open it" } }
                @if let Some(undo) = &self.undo {
                    button .quiet form="act" formaction=(undo.action) name=[undo.sends.as_ref().map(|sends| sends.0)] value=[undo.sends.as_ref().map(|sends| &sends.1)] data-undo { "Undo" }
                }
            }
        }
    }
}

/// Task ids with the version that a change made, as an address or an undo button names them. One without a version can't
/// be taken back.
pub fn versions(did: &str) -> Vec<(String, u64)> {
    let read = |each: &str| {
        let (id, version) = each.split_once('.')?;
        Some((id.to_owned(), version.parse().ok()?)).filter(|_| id::is_valid(id))
    };
    did.split(',').filter_map(read).take(100).collect()
}

fn undo(code: &str, did: &str) -> Option<Undo> {
    let plain = |action: String| Some(Undo { action, sends: None });
    let whole = id::is_valid(did);
    match code {
        "done" | "resolved" | "due" | "assigned" | "archived-task" | "bulk-done" | "bulk-due" | "bulk-assigned" | "bulk-tagged" => {
            let made = versions(did);
            let value = made.iter().map(|(id, version)| format!("{id}.{version}")).collect::<Vec<_>>().join(",");
            (!made.is_empty()).then(|| Undo { action: "/tasks/undo".to_owned(), sends: Some(("did", value)) })
        }
        "deleted" if whole => plain(format!("/tasks/{did}/restore")),
        "deleted-workflow" if whole => plain(format!("/trash/bundle/{did}")),
        "template-deleted" if whole => plain(format!("/trash/template/{did}")),
        "archived" if whole => plain(format!("/workflows/{did}/restore")),
        "closed" => {
            let (id, stage) = did.split_once('.')?;
            let stage = dataops_domain::bundle::Stage::parse(stage).filter(|_| id::is_valid(id))?;
            Some(Undo { action: format!("/workflows/{id}/restore"), sends: Some(("stage", stage.as_str().to_owned())) })
        }
        "moved" => {
            let (id, dates) = did.split_once('.')?;
            let (before, after) = dates.split_once('.')?;
            let good = id::is_valid(id) && parse_date(before).is_some() && parse_date(after).is_some();
            good.then(|| Undo { action: format!("/workflows/{id}/move"), sends: Some(("undo", dates.to_owned())) })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(code: &str, did: &str) -> String {
        Flash::of(code, Some(did)).expect("known").show().into_string()
    }

    #[test]
    fn only_known_codes_speak() {
        assert!(Flash::of("<b>", None).is_none());
        assert!(shown("done", "t1.7").contains("formaction=\"/tasks/undo\" name=\"did\" value=\"t1.7\""));
        assert!(shown("deleted", "t1").contains("/tasks/t1/restore"));
        assert!(!shown("comment", "t1.7").contains("Undo"));
        for (code, did) in
            [("done", "../x.7"), ("done", "t1"), ("deleted", "../x"), ("closed", "w1.nonsense"), ("moved", "w1.x.2026-12-01")]
        {
            assert!(!shown(code, did).contains("Undo"), "{code} {did}");
        }
    }

    #[test]
    fn many_are_counted_and_only_what_changed_is_taken_back() {
        let html = shown("bulk-due", "t1.7,t2,t3.1");
        assert!(html.contains("3 tasks moved.") && html.contains("value=\"t1.7,t3.1\""), "{html}");
        assert!(shown("bulk-done", "t1.7").contains("1 task done."));
    }

    #[test]
    fn a_workflow_goes_back_to_its_date_and_stage() {
        assert!(shown("moved", "w1.2026-12-01.2026-12-08").contains("/workflows/w1/move\" name=\"undo\" value=\"2026-12-01.2026-12-08\""));
        assert!(shown("closed", "w1.announced").contains("/workflows/w1/restore\" name=\"stage\" value=\"announced\""));
        assert!(shown("created", "t1").contains("href=\"/tasks/t1\""));
    }
}
