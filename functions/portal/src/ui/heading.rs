//! Headings at a depth that depends on where a piece is shown: a task is a page of its own or a panel beside a list.

use maud::{Markup, PreEscaped, Render, html};

/// A heading of level 1 to 6.
pub fn heading(level: u8, class: &str, content: impl Render) -> Markup {
    let content = html! { (content) }.into_string();
    let class = html! { (class) }.into_string();
    PreEscaped(format!("<h{level} class=\"{class}\">{content}</h{level}>"))
}
