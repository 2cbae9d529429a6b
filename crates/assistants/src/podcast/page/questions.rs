//! The question plan, its reserve, and what else is said on air.

use super::{Page, Text, mark};
use crate::podcast::plan::Asked;
use crate::podcast::text::{inline, quoted};

/// How many left-out questions are named.
const MAX_AVOIDED: usize = 8;

impl Page<'_> {
    pub(super) fn questions(&self, text: &mut Text) {
        text.heading("Question plan");
        text.paragraph("*Source* says why this guest, *Listen for* what a good answer holds, *Then* how to go on. What is marked \"may go\" is left out first when time runs short.");
        let (mut number, mut minute) = (0, 0);
        for planned in &self.plan.sections {
            let (section, until) = (planned.section, minute + planned.section.minutes);
            text.blank();
            text.line(&format!("### {} (minute {minute} to {until})\n\n{}\n", inline(&section.name), inline(&section.purpose)));
            minute = until;
            for (index, asked) in planned.asked.iter().enumerate() {
                number += 1;
                let last = section.droppable && index + 1 == planned.asked.len();
                text.line(&format!("{number}. **{}**{}", inline(&asked.words), if last { " (may go)" } else { "" }));
                Self::details(text, asked);
            }
            if planned.asked.is_empty() {
                text.line("TODO: every question of ours comes near to what the guest avoids; write one together with the guest.");
            }
        }
        self.reserve(text);
        self.wishes(text);
        self.live(text);
        self.care(text);
    }

    fn details(text: &mut Text, asked: &Asked<'_>) {
        text.line(&format!("   - *Source:* {}", because(asked)));
        text.line(&format!("   - *Listen for:* {}", inline(&asked.question.listen)));
        text.line(&format!("   - *Then:* {}", inline(&asked.question.then)));
    }

    fn reserve(&self, text: &mut Text) {
        text.heading("In reserve");
        text.paragraph("Instead of one that was answered already, or when there is time left.");
        for asked in &self.plan.reserve {
            text.line(&format!("- {} *Source:* {}", inline(&asked.words), because(asked)));
        }
    }

    /// What the guest would like to be asked.
    fn wishes(&self, text: &mut Text) {
        let wishes = self.facts.all("draft_question");
        if wishes.is_empty() {
            return;
        }
        text.heading("Questions the guest would like");
        text.paragraph("In the guest's own words; the host decides which of ours they take the place of.");
        for wish in wishes {
            text.line(&format!("- {} {}", inline(&wish.value), mark(wish.source)));
        }
    }

    fn live(&self, text: &mut Text) {
        text.heading("Live prompts");
        for live in &self.playbook.live {
            text.line(&format!("- **{}:** {}", inline(&live.kind), inline(&live.say)));
        }
    }

    fn care(&self, text: &mut Text) {
        text.heading("Handle with care");
        let avoid = self.facts.all("avoid");
        for fact in avoid {
            text.line(&format!("- Not on air: {} {}", inline(&fact.value), mark(fact.source)));
        }
        if avoid.is_empty() {
            text.line("TODO: ask what to avoid before the stream; no source says, not even that there is nothing.");
        }
        text.line("- Leave a topic that turns uncomfortable with: \"Let us step back to the work itself. What came next?\"");
        if !self.plan.avoided.is_empty() {
            text.blank();
            text.paragraph("Questions of ours that were left out for this reason:");
            for question in self.plan.avoided.iter().take(MAX_AVOIDED) {
                let said = question.slots().into_iter().fold(question.ask.clone(), |ask, slot| ask.replace(&format!("{{{slot}}}"), "..."));
                text.line(&format!("- {}", inline(&said)));
            }
            if let Some(more) = self.plan.avoided.len().checked_sub(MAX_AVOIDED).filter(|more| *more > 0) {
                text.line(&format!("- and {more} more"));
            }
        }
    }
}

fn because(asked: &Asked<'_>) -> String {
    if asked.because.is_empty() {
        return "for any guest; make it this guest's own".to_owned();
    }
    let reasons = asked.because.iter().map(|(label, value, source)| {
        let value = crate::clean::shortened(value, 120);
        format!("{} {} {}", inline(label), quoted(&value), mark(*source))
    });
    reasons.collect::<Vec<_>>().join("; ")
}
