//! A group of a page: a heading with its number and what belongs to it; one line when nothing does.

use maud::{Markup, html};

/// A group with something in it.
pub fn group(id: &str, title: &str, number: &str, tone: &str, content: &Markup) -> Markup {
    html! {
        section .group id=(id) aria-labelledby={ (id) "-h" } {
            h2 id={ (id) "-h" } class=(tone) { (title) " " span .number { (number) } }
            (content)
        }
    }
}

/// A group with nothing in it: one line that says so.
pub fn clear(id: &str, title: &str, words: &str) -> Markup {
    html! {
        section .group .is-clear id=(id) aria-labelledby={ (id) "-h" } {
            h2 id={ (id) "-h" } { (title) }
            p { (words) }
        }
    }
}
