//! What comes out is harmless whatever goes in.

use dataops_api::documents::{Heading, TextLink};

use super::{Text, document_url, render};

fn shown(markdown: &str) -> String {
    render(Text { markdown, level: 3, ..Text::default() }).into_string()
}

/// Every opening tag of a page, quotes understood.
fn tags(page: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = page;
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        let mut quoted = false;
        let end = rest.char_indices().find(|(_, letter)| {
            quoted ^= *letter == '"';
            *letter == '>' && !quoted
        });
        let end = end.map_or(rest.len(), |(end, _)| end + 1);
        tags.push(rest[..end].to_owned());
        rest = &rest[end..];
    }
    tags
}

/// Names and values of a tag's attributes.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = tag.split('"').collect();
    parts
        .chunks(2)
        .filter_map(|pair| match pair {
            [before, value] => Some((before.rsplit(' ').next()?.trim_end_matches('=').to_owned(), (*value).to_owned())),
            _ => None,
        })
        .collect()
}

/// Only tags and attributes of ours, and only addresses that may be followed.
fn harmless(page: &str, input: &str) {
    const TAGS: [&str; 27] = [
        "p",
        "a",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "pre",
        "code",
        "blockquote",
        "em",
        "strong",
        "del",
        "br",
        "hr",
        "table",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "div",
        "span",
    ];
    for tag in tags(page) {
        let name: String = tag.trim_start_matches(['<', '/']).chars().take_while(char::is_ascii_alphanumeric).collect();
        assert!(TAGS.contains(&name.as_str()), "<{name}> out of {input:?}: {page}");
        for (attribute, value) in attributes(&tag) {
            assert!(
                ["href", "rel", "id", "class", "tabindex", "start"].contains(&attribute.as_str()),
                "{attribute} out of {input:?}: {page}"
            );
            if attribute == "href" {
                let good = ["https://", "http://", "mailto:", "/documents/", "#"].iter().any(|start| value.starts_with(start));
                assert!(good && !value.contains(['\n', '\t', '\u{0}']), "{value:?} out of {input:?}");
            }
        }
    }
}

const NASTY: &[&str] = &[
    "<script>alert(1)</script>",
    "a <script src=//x></script> b",
    "<SCRIPT\n>alert(1)</SCRIPT\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<div onmouseover='x'>y</div>",
    "<a href=\"javascript:alert(1)\">x</a>",
    "<!-- <script>alert(1)</script> -->",
    "<!-- open <b>",
    "<!--> <script>alert(1)</script> -->",
    "a <!-- b --> c",
    "<![CDATA[<script>]]>",
    "<?php <script> ?>",
    "<iframe srcdoc='<script>'></iframe>",
    "<style>*{}</style>",
    "<base href=//x>",
    "<form action=//x><input name=csrf>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](<java\u{0}script:alert(1)>)",
    "[x]( javascript:alert(1))",
    "[x](\u{1}javascript:alert(1))",
    "[x](vbscript:x) [y](data:text/html;base64,PHNjcmlwdD4=) [z](file:///etc/passwd) [w](blob:x)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "[x]: javascript:alert(1)\n\n[x]",
    "[[javascript:alert(1)]]",
    "[[javascript:alert(1)|x]]",
    "[[x\" onmouseover=\"alert(1)]]",
    "[x](https://e.org/\"onmouseover=\"alert(1))",
    "[x](https://e.org/ \"t\\\" onmouseover=alert(1)\")",
    "[x](<https://e.org/' onclick='x>)",
    "[x](//evil.example) [y](\\\\evil.example) [z](/sign-out) [w](../../x)",
    "[x](https:javascript:alert(1))",
    "![x](javascript:alert(1))",
    "![x\" onerror=\"alert(1)](https://e.org/a.png)",
    "[![a](data:x)](javascript:alert(1))",
    "# <script>x</script> {#id onclick=x}",
    "## 1. Step {.class onclick=alert(1)}",
    "```\"><script>alert(1)</script>\nx\n```",
    "```html onload=x\n<script>alert(1)</script>\n```",
    "`<script>`",
    "| a | b |\n|:--|--:|\n| <script> | [x](javascript:y) |",
    "- [ ] <input type=checkbox onclick=x>\n- [x] done",
    "> [!NOTE]\n> <b onclick=x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "\u{202e}<script>\u{0}",
    "***[__[x](javascript:a)__](javascript:b)***",
];

#[test]
fn nothing_nasty_gets_through() {
    for input in NASTY {
        harmless(&shown(input), input);
    }
    harmless(&shown(&NASTY.join("\n\n")), "all of them");
    harmless(&shown(&NASTY.join(" ")), "all of them in one line");
}

/// Pieces put together at random, always the same ones: what no list thought of.
#[test]
fn nothing_made_of_nasty_pieces_gets_through() {
    let pieces: Vec<String> = NASTY
        .iter()
        .flat_map(|nasty| nasty.split_inclusive([' ', '<', '(', ':', '"', '\n']))
        .map(str::to_owned)
        .chain(["[", "](", ")", "[[", "|", "]]", "<", ">", "`", "\n\n", "\n", "# ", "- ", "> ", "    ", "&", "\\", "*"].map(str::to_owned))
        .collect();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % 1_000_003).unwrap_or(0)
    };
    for _ in 0..20_000 {
        let length = 1 + next() % 14;
        let input: String = (0..length).map(|_| pieces[next() % pieces.len()].as_str()).collect();
        harmless(&shown(&input), &input);
    }
}

#[test]
fn raw_html_is_shown_as_text_and_comments_are_not() {
    let page =
        shown("a <b onclick=x>b</b> c<!-- hidden -->\n\n<script>alert(1)</script>\n\n<!-- hidden -->\n\n<!-- hidden\n\nhidden -->end");
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("&lt;b onclick=x&gt;b"), "{page}");
    assert!(!page.contains("hidden") && page.contains("end"), "{page}");
}

#[test]
fn only_web_and_mail_links_stay_links() {
    let page = shown(
        "[a](https://example.org) [b](javascript:alert(1)) [c](mailto:x@example.org) [d](../up.md) [e](data:x,y) <https://f.example>",
    );
    assert_eq!(page.matches("<a ").count(), 3, "{page}");
    assert!(page.contains("<a href=\"https://example.org/\" rel=\"noopener noreferrer\">a</a>"), "{page}");
    assert!(page.contains("<a href=\"mailto:x@example.org\" rel=\"noopener noreferrer\">c</a> d e"), "the words stay: {page}");
}

fn links() -> Vec<TextLink> {
    let to = |written: &str, id: &str, anchor: Option<&str>| TextLink {
        written: written.into(),
        id: id.into(),
        title: "The <other>".into(),
        anchor: anchor.map(str::to_owned),
    };
    vec![
        to("sop.b", "sop.b", None),
        to("doc:sop.b#2", "sop.b", Some("2")),
        to("../b.md#notes", "sop.b", Some("section-notes")),
        to("#3", "sop.a", Some("3")),
    ]
}

#[test]
fn links_between_documents_lead_to_their_pages() {
    let links = links();
    let markdown = "[[sop.b]], [[sop.b|other *words*]], [x](doc:sop.b#2), [y](../b.md#notes), [z](#3), [[sop.none|gone]]";
    let page = render(Text { markdown, level: 2, links: &links, here: "sop.a", ..Text::default() }).into_string();
    for part in [
        "<a href=\"/documents/sop.b\">The &lt;other&gt;</a>",
        "<a href=\"/documents/sop.b\">other <em>words</em></a>",
        "<a href=\"/documents/sop.b#2\">x</a>",
        "<a href=\"/documents/sop.b#section-notes\">y</a>",
        "<a href=\"#3\">z</a>",
        ", gone",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let page = render(Text { markdown, level: 2, links: &links, from: "t1", ..Text::default() }).into_string();
    assert!(page.contains("/documents/sop.b?from=t1#2") && page.contains("/documents/sop.a?from=t1#3"), "{page}");
}

#[test]
fn headings_get_their_anchors_and_steps_a_way_to_report() {
    let heading = |title: &str, anchor: &str, is_step| Heading { level: 2, title: title.into(), anchor: anchor.into(), is_step };
    let outline = [heading("Usage", "section-usage", false), heading("1. Ask", "1", true)];
    let text = Text {
        markdown: "> ## Quoted\n\n## Usage\n\n## 1. Ask\n\n### More",
        level: 2,
        outline: &outline,
        gap: "/gaps/new?document=a&step=",
        ..Text::default()
    };
    let page = render(text).into_string();
    assert!(page.contains("<h2>Quoted</h2>") && page.contains("<h2 id=\"section-usage\">Usage</h2>"), "{page}");
    assert!(
        page.contains(
            "<div class=\"step-head\">\n<h2 id=\"1\">1. Ask</h2>\n<a class=\"step-gap\" href=\"/gaps/new?document=a&amp;step=1\">"
        ),
        "{page}"
    );
    assert!(page.contains("<h3>More</h3>"), "{page}");
}

#[test]
fn headings_fit_under_the_page_and_pictures_become_words() {
    let page = shown("# One\n\n### Three\n\n![shot](https://x.org/a.png)");
    assert!(page.contains("<h3>One</h3>") && page.contains("<h5>Three</h5>"), "{page}");
    assert!(page.contains("Picture: shot") && !page.contains("<img"), "{page}");
    assert!(shown("### Three").contains("<h3>Three</h3>"), "the highest is where the text begins");
}

#[test]
fn tables_have_no_style_and_ticks_no_box() {
    let page = shown("| a | b |\n|:--|--:|\n| c | d |\n\n- [x] done\n- [ ] open");
    assert!(page.contains("<td>d</td>") && !page.contains("style") && !page.contains("<input"), "{page}");
    assert!(page.contains("☑ done") && page.contains("☐ open"), "{page}");
}

#[test]
fn odd_ids_stay_in_the_address() {
    assert_eq!(document_url("a b/../?#\"", "t&1", "2"), "/documents/a%20b%2F..%2F%3F%23%22?from=t%261#2");
}
