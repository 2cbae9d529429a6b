//! Imported documents: sections and steps between HTML comments such as `<!-- sop-step-start id=6 -->`.
//!
//! The markers are read and left out of the text; a step gets the heading that ours have. Ours are not written this way.

use crate::error::Problem;
use crate::files::File;

use super::Step;
use super::outline::Outline;

/// A document that was written with markers.
#[derive(Default)]
pub(super) struct Marked {
    /// The text without the markers.
    pub(super) markdown: String,
    /// Names of its sections.
    pub(super) sections: Vec<String>,
    /// Its steps.
    pub(super) steps: Vec<Step>,
}

/// Reads the markers; `None` when there are none.
///
/// # Errors
/// A block inside one of its kind, an end without a start, a start without an end, a step without a number.
pub(super) fn read(file: &File, body: &str, lines_before: usize) -> Result<Option<Marked>, Vec<Problem>> {
    let outline = Outline::of(body);
    let mut reader = Reader::default();
    let (mut offset, mut any) = (0, false);
    for (index, line) in body.split_inclusive('\n').enumerate() {
        let marker = marker(line).filter(|_| !outline.is_code(offset + line.len() - line.trim_start().len()));
        offset += line.len();
        match marker.filter(|(name, _)| !reader.raw || *name == "section-end") {
            Some((name, rest)) => {
                any = true;
                let number = lines_before + index + 1;
                if let Err(words) = reader.take(name, rest, number) {
                    reader.problems.push(file.problem(Some(number), words));
                }
            }
            None => reader.text(line),
        }
    }
    let unclosed = reader.open.iter().map(|(kind, line)| file.problem(Some(*line), format!("sop-{kind}-start: expected a sop-{kind}-end")));
    reader.problems.extend(unclosed);
    if reader.problems.is_empty() { Ok(any.then_some(reader.marked)) } else { Err(reader.problems) }
}

/// `<!-- sop-step-start: id=6 -->` as `step-start` and `id=6`.
fn marker(line: &str) -> Option<(&str, &str)> {
    let inside = line.trim().strip_prefix("<!--")?.strip_suffix("-->")?.trim().strip_prefix("sop-")?;
    let (name, rest) = inside.split_at(inside.find([':', ' ']).unwrap_or(inside.len()));
    Some((name, rest.trim_start_matches(':').trim()))
}

#[derive(Default)]
struct Reader {
    marked: Marked,
    open: Vec<(String, usize)>,
    step: Option<(String, String)>,
    raw: bool,
    problems: Vec<Problem>,
}

impl Reader {
    fn text(&mut self, line: &str) {
        match &mut self.step {
            Some((_, body)) => body.push_str(line),
            None => self.marked.markdown.push_str(line),
        }
    }

    fn take(&mut self, name: &str, rest: &str, line: usize) -> Result<(), String> {
        if let Some(kind) = name.strip_suffix("-start") {
            return self.start(kind, rest, line);
        }
        match name.strip_suffix("-end") {
            Some(kind) => self.end(kind),
            None if name == "todo" => Ok(()),
            None => Err(format!("unknown marker sop-{name}")),
        }
    }

    fn start(&mut self, kind: &str, rest: &str, line: usize) -> Result<(), String> {
        if !["section", "group", "step", "screenshot", "caption", "prose"].contains(&kind) {
            return Err(format!("unknown marker sop-{kind}-start"));
        }
        if self.open.iter().any(|(open, _)| open == kind) {
            return Err(format!("sop-{kind}-start inside another {kind}; expected a sop-{kind}-end first"));
        }
        self.open.push((kind.to_owned(), line));
        if kind == "section" {
            let mut words = rest.split_whitespace();
            self.marked.sections.push(words.next().unwrap_or_default().to_owned());
            self.raw = words.next() == Some("raw");
        } else if kind == "step" {
            let id = rest.split_whitespace().find_map(|word| word.strip_prefix("id=")).unwrap_or_default().trim_matches('"');
            if id.parse::<u32>().is_err() {
                return Err("sop-step-start: expected id= and a number".to_owned());
            }
            self.step = Some((id.to_owned(), String::new()));
        }
        Ok(())
    }

    fn end(&mut self, kind: &str) -> Result<(), String> {
        if self.open.pop_if(|(open, _)| open == kind).is_none() {
            return Err(format!("sop-{kind}-end: expected a sop-{kind}-start before it"));
        }
        if kind == "section" {
            self.raw = false;
        } else if let Some((id, body)) = self.step.take_if(|_| kind == "step") {
            let step = step(id, &body);
            self.marked.markdown.push_str(&format!("\n## {}. {}\n\n{}\n\n", step.id, step.title, step.markdown));
            self.marked.steps.push(step);
        }
        Ok(())
    }
}

/// A step from its body, whose first line may repeat the number and is the title. The text below loses the indent that
/// the number gave it.
fn step(id: String, body: &str) -> Step {
    let body = body.trim();
    let text = body.strip_prefix(&format!("{id}.")).unwrap_or(body).trim();
    let (title, rest) = text.split_once('\n').unwrap_or((text, ""));
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = rest.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines: Vec<&str> = rest.lines().map(|line| line.get(common..).unwrap_or_default()).collect();
    Step { id, title: title.trim().trim_start_matches('#').trim().to_owned(), markdown: lines.join("\n").trim().to_owned() }
}
