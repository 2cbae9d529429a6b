//! Ten states, every action, approval required or not, an attempt left or not: generated, checked in and compared.

use std::fmt::Write as _;

use dataops_domain::job::state::{Action, JobStatus, Rules, judge};

fn cell(from: JobStatus, action: Action, rules: Rules) -> String {
    match judge(from, action, rules) {
        Ok(to) if to == from => "stays".to_owned(),
        Ok(to) => format!("→ {}", to.as_str()),
        Err(refusal) => format!("✗ {}", refusal.message),
    }
}

#[test]
fn the_job_state_grid_is_the_committed_one() {
    let mut text =
        "# What every action does to an assistant job in every state\n\nGenerated from `crates/domain/src/job/state.rs`. ✗ is a \
                    refusal with its words; nothing is written and no event appended then.\n"
            .to_owned();
    for (required, left) in [(true, true), (true, false), (false, true), (false, false)] {
        let approval = if required { "approval required" } else { "no approval required" };
        let attempts = if left { "an attempt left" } else { "no attempt left" };
        let _ = writeln!(text, "\n## {approval}, {attempts}\n\n| state | action | what happens |\n|---|---|---|");
        for from in JobStatus::ALL {
            for action in Action::ALL {
                let approved = from == JobStatus::Approved;
                let rules = Rules { approval_required: required, approved, attempts: 1, most: if left { 2 } else { 1 }, over_limit: false };
                let _ = writeln!(text, "| {} | {action:?} | {} |", from.as_str(), cell(from, action, rules));
            }
        }
    }
    super::committed::compare("job-states.md", &text);
}

#[test]
fn the_order_of_refusals_is_the_contracts() {
    let rules = Rules { approval_required: true, approved: false, attempts: 1, most: 1, over_limit: true };
    let code = |from, action, rules| judge(from, action, rules).unwrap_err().code;
    assert_eq!(code(JobStatus::Failed, Action::Retry, rules), "override_unsupported");
    assert_eq!(code(JobStatus::Failed, Action::SetRetrying, Rules { over_limit: false, ..rules }), "retry_limit");
    assert_eq!(code(JobStatus::Queued, Action::SetRetrying, rules), "invalid_transition");
    assert_eq!(code(JobStatus::Running, Action::SetSucceeded, rules), "approval_required");
}
