//! What just happened, said once after a redirect. The address carries a code from this list and nothing else, so no
//! link can put words of its own on a page.

use maud::{Markup, html};

use super::icon::icon;

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
];

/// A status message, and for a completed or deleted task the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    code: &'static str,
    words: &'static str,
    /// The address that takes it back.
    undo: Option<String>,
}

impl Flash {
    /// The message of a code; `task` is the task that can be opened again or restored.
    pub fn of(code: &str, task: Option<&str>) -> Option<Self> {
        let &(code, words) = SAID.iter().find(|(known, _)| *known == code)?;
        let way = match code {
            "done" | "resolved" => Some("reopen"),
            "deleted" => Some("restore"),
            _ => None,
        };
        let undo = task.filter(|task| dataops_domain::id::is_valid(task)).zip(way).map(|(task, way)| format!("/tasks/{task}/{way}"));
        Some(Self { code, words, undo })
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
                @if let Some(way) = &self.undo {
                    button .quiet form="act" formaction=(way) data-undo { "Undo" }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_codes_speak() {
        assert!(Flash::of("<b>", None).is_none());
        let flash = Flash::of("done", Some("t1")).expect("known");
        assert!(flash.show().into_string().contains("/tasks/t1/reopen"));
        assert!(Flash::of("deleted", Some("t1")).expect("known").show().into_string().contains("/tasks/t1/restore"));
        assert!(!Flash::of("due", Some("t1")).expect("known").show().into_string().contains("reopen"));
        assert!(!Flash::of("done", Some("../x")).expect("known").show().into_string().contains("reopen"));
    }
}
