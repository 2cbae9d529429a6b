//! What just happened, said once after a redirect. The address carries a code from this list and nothing else, so no
//! link can put words of its own on a page.

use maud::{Markup, html};

use super::icon::icon;

const SAID: [(&str, &str); 18] = [
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
    ("started", "Workflow started. Every task has its date."),
    ("archived", "Workflow archived. It stays readable."),
    ("restored", "Workflow is active again."),
    ("stage", "Stage changed."),
];

/// A status message, and for a completed task the way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    words: &'static str,
    undo: Option<String>,
}

impl Flash {
    /// The message of a code; `task` is the completed task that can be opened again.
    pub fn of(code: &str, task: Option<&str>) -> Option<Self> {
        let (code, words) = SAID.iter().find(|(known, _)| *known == code)?;
        let undo = task.filter(|task| matches!(*code, "done" | "resolved") && dataops_domain::id::is_valid(task));
        Some(Self { words, undo: undo.map(str::to_owned) })
    }

    /// The message as markup; its button uses the page's shared form.
    pub fn show(&self) -> Markup {
        html! {
            p .flash {
                (icon("check")) span { (self.words) }
                @if let Some(task) = &self.undo {
                    button .quiet form="act" formaction={ "/tasks/" (task) "/reopen" } data-undo { "Undo" }
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
        assert!(!Flash::of("due", Some("t1")).expect("known").show().into_string().contains("reopen"));
        assert!(!Flash::of("done", Some("../x")).expect("known").show().into_string().contains("reopen"));
    }
}
