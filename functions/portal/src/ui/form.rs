//! Form fields: labelled, with what was typed kept and what was wrong said beside them.

use maud::{Markup, html};

/// A form that was refused: what was typed and what was wrong. Nothing of it is kept anywhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Which form of the page.
    pub form: String,
    /// What happened, in a sentence.
    pub message: String,
    /// Field name and text as typed.
    pub values: Vec<(String, String)>,
    /// Field name and what is wrong with it.
    pub errors: Vec<(String, String)>,
}

impl Attempt {
    /// What was typed into a field of this form.
    pub fn value(&self, form: &str, name: &str) -> Option<&str> {
        let of_form = self.form == form;
        self.values.iter().find(|(key, _)| of_form && key == name).map(|(_, value)| value.as_str())
    }

    /// What is wrong with a field of this form.
    pub fn error(&self, form: &str, name: &str) -> Option<&str> {
        let of_form = self.form == form;
        self.errors.iter().find(|(key, _)| of_form && key == name).map(|(_, words)| words.as_str())
    }
}

/// One labelled field.
#[derive(Debug, Clone, Copy)]
pub struct Field<'a> {
    /// Which form of the page it belongs to; makes its id.
    pub form: &'a str,
    /// Name on the wire.
    pub name: &'a str,
    /// Label as shown.
    pub label: &'a str,
    /// `text`, `date`, `url`, `email`, `password`, `new-password` or `area`.
    pub kind: &'a str,
    /// Text it starts with.
    pub value: &'a str,
    /// A word on what is expected.
    pub hint: &'a str,
    /// True when the browser should insist on it.
    pub required: bool,
    /// Longest text, in characters; 0 for no limit.
    pub most: usize,
    /// Id of a list of proposals on the page; empty for none.
    pub proposals: &'a str,
}

impl<'a> Field<'a> {
    /// A text field that may stay empty.
    pub fn text(form: &'a str, name: &'a str, label: &'a str) -> Self {
        Self { form, name, label, kind: "text", value: "", hint: "", required: false, most: 0, proposals: "" }
    }

    /// The field as markup.
    pub fn show(self, attempt: &Attempt) -> Markup {
        let id = format!("{}-{}", self.form, self.name.replace([' ', '.', ':', '/'], "-"));
        let value = attempt.value(self.form, self.name).unwrap_or(self.value);
        // A password is never sent back.
        let (kind, value) = if self.kind.ends_with("password") { ("password", "") } else { (self.kind, value) };
        let error = attempt.error(self.form, self.name);
        let hint_id = format!("{id}-hint");
        let error_id = format!("{id}-error");
        let described = match (error.is_some(), self.hint.is_empty()) {
            (true, _) => Some(&error_id),
            (false, false) => Some(&hint_id),
            (false, true) => None,
        };
        let invalid = error.map(|_| "true");
        let most = (self.most > 0).then_some(self.most);
        let list = (!self.proposals.is_empty()).then_some(self.proposals);
        html! {
            div .field {
                label for=(id) { (self.label) @if !self.required && !self.hint.is_empty() { " " span .optional { (self.hint) } } }
                @if self.kind == "area" {
                    textarea id=(id) name=(self.name) rows="2" required[self.required] maxlength=[most] aria-invalid=[invalid] aria-describedby=[described] { (value) }
                } @else {
                    input id=(id) name=(self.name) type=(kind) list=[list] value=(value) required[self.required] maxlength=[most] aria-invalid=[invalid] aria-describedby=[described] autocomplete=(fills_itself(self.kind));
                }
                @if self.required && !self.hint.is_empty() { p .hint id=(hint_id) { (self.hint) } }
                @if let Some(words) = error { p .wrong id=(error_id) { (words) } }
            }
        }
    }
}

/// What a browser's password manager may fill in by itself.
fn fills_itself(kind: &str) -> &'static str {
    match kind {
        "email" => "username",
        "password" => "current-password",
        "new-password" => "new-password",
        _ => "off",
    }
}

/// The hidden fields every form carries: proof that it is ours, and where to go afterwards.
pub fn hidden(csrf: &str, back: &str) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(csrf);
        input type="hidden" name="back" value=(back);
    }
}

/// A labelled choice. Options are value and name.
pub fn select(form: &str, name: &str, label: &str, options: &[(String, String)], chosen: &str) -> Markup {
    let id = format!("{form}-{name}");
    html! {
        div .field {
            label for=(id) { (label) }
            select id=(id) name=(name) {
                @for (value, words) in options { option value=(value) selected[value == chosen] { (words) } }
            }
        }
    }
}

/// People to choose from, `none` first.
pub fn people_options(none: &str, people: &[dataops_api::views::row::Person], chosen: &str) -> Vec<(String, String)> {
    let first = std::iter::once((String::new(), none.to_owned()));
    let known =
        people.iter().filter(|person| !person.disabled || person.id == chosen).map(|person| (person.id.clone(), person.name.clone()));
    first.chain(known).collect()
}
