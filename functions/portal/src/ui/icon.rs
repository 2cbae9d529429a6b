//! Icons: 16 px, one stroke, drawn once per page and referred to by name.

use maud::{Markup, PreEscaped, html};

const SHAPES: &[(&str, &str)] = &[
    ("home", "M2.5 7.5 8 3l5.5 4.5V13a.5.5 0 0 1-.5.5H9.5v-4h-3v4H3a.5.5 0 0 1-.5-.5z"),
    ("tasks", "M2.5 4.5 4 6l2.5-3M2.5 10.5 4 12l2.5-3M9 4.5h4.5M9 10.5h4.5"),
    (
        "flow",
        "M4 2.5v8.5M4 13.5a1.3 1.3 0 1 0 0-2.6 1.3 1.3 0 0 0 0 2.6M12 5a1.3 1.3 0 1 0 0-2.6A1.3 1.3 0 0 0 12 5M12 5.2c0 3-3 3.3-8 4.3",
    ),
    ("inbox", "M2.500 9 4.300 3h7.400l1.800 6v4.500h-11zM2.500 9h3.300l.9 1.800h2.600l.9-1.800h3.300"),
    ("templates", "M2.5 2.5h7v7h-7zM12 6.5h1.5v7h-7V12"),
    ("documents", "M3.500 2.500h6l3 3v8h-9zM5.500 7h5M5.500 9.500h5M5.500 5h2"),
    ("search", "M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10M10.700 10.700 14 14"),
    ("plus", "M8 3v10M3 8h10"),
    ("more", "M3.500 8h.01M8 8h.01M12.500 8h.01"),
    ("todo", "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12"),
    ("done", "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M5.500 8.200l1.800 1.800 3.300-3.800"),
    ("waiting", "M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12M8 4.800V8l2.200 1.500"),
    ("archived", "M2.500 3h11v3h-11zM3.500 6v7h9V6M6.500 8.500h3"),
    ("check", "M3 8.500 6.500 12 13 4.500"),
    ("late", "M8 2.500 14 13H2zM8 6.500v3M8 11.200v.01"),
    (
        "link",
        "M6.800 9.200a2.500 2.500 0 0 0 3.700.2l2-2a2.500 2.500 0 0 0-3.600-3.600l-.9.9M9.200 6.800a2.500 2.500 0 0 0-3.700-.2l-2 2a2.500 2.500 0 0 0 3.600 3.600l.9-.9",
    ),
    ("file", "M4 2h5l3 3v9H4zM9 2v3h3"),
    ("comment", "M2.500 3h11v8H7l-3 2.500V11H2.500z"),
    ("status", "M3 14V2.500M3 3h9l-2 3 2 3H3"),
    ("date", "M2.500 3.500h11v10h-11zM2.500 6.500h11M5.500 2v3M10.500 2v3"),
    ("again", "M13 6.500A5.300 5.300 0 0 0 3.200 5.500M3 9.500a5.300 5.300 0 0 0 9.800 1M3 2.500v3h3M13 13.500v-3h-3"),
    ("person", "M8 8a2.700 2.700 0 1 0 0-5.400A2.700 2.700 0 0 0 8 8M2.800 13.800c.4-2.600 2.400-4 5.200-4s4.800 1.400 5.200 4"),
    ("close", "M4 4l8 8M12 4l-8 8"),
    ("out", "M9.500 4V2.500h-7v11h7V12M6.500 8h7.500M11.500 5.500 14 8l-2.500 2.500"),
    (
        "settings",
        "M8 10.300A2.300 2.300 0 1 0 8 5.700a2.300 2.300 0 0 0 0 4.600M8 1.500v2M8 12.500v2M1.500 8h2M12.500 8h2M3.400 3.400l1.400 1.400M11.200 11.200l1.400 1.400M3.400 12.600l1.400-1.400M11.200 4.800l1.400-1.400",
    ),
    ("assistant", "M8 2v2.500M3 4.500h10v8H3zM6 7.500v1.500M10 7.500v1.500M1.500 8v2M14.500 8v2"),
    ("copy", "M5.500 5.500h8v8h-8zM3.500 10.500h-1v-8h8v1"),
];

/// The drawings; once on each page, before they are used.
pub fn sprite() -> Markup {
    html! {
        svg .sprite aria-hidden="true" xmlns="http://www.w3.org/2000/svg" {
            @for (name, path) in SHAPES {
                symbol id={ "i-" (name) } viewBox="0 0 16 16" { path d=(path); }
            }
        }
    }
}

/// One icon; says nothing to a screen reader, the words beside it do.
pub fn icon(name: &str) -> Markup {
    debug_assert!(SHAPES.iter().any(|(known, _)| *known == name), "no icon `{name}`");
    PreEscaped(format!("<svg aria-hidden=\"true\"><use href=\"#i-{name}\"/></svg>"))
}
