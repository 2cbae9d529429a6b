//! What search finds is what a plain reading of every entry finds, whatever was stored in which order.

use dataops_domain::search::{Entries, Entry, Kind, Prepared, Query, Wanted, find, words};
use dataops_domain::time::Timestamp;

/// A small generator, so that a world can be made again from its number.
struct Dice(u64);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides
    }

    fn some(&mut self, most: usize) -> String {
        const WORDS: [&str; 14] = [
            "Müller",
            "Mueller",
            "MÜLLEREI",
            "news",
            "newsletter",
            "Café",
            "cafe-crème",
            "#212",
            "2",
            "ß",
            "会議",
            "o'clock",
            "a@b.org",
            "Z",
        ];
        (0..self.throw(most + 1)).map(|_| WORDS[self.throw(WORDS.len())]).collect::<Vec<_>>().join(" ")
    }

    fn entry(&mut self) -> Entry {
        let kind = [Kind::Task, Kind::Task, Kind::Task, Kind::Bundle, Kind::Template, Kind::Person][self.throw(6)];
        let id = format!("{}-{:06}", kind.as_str(), self.throw(8));
        let title = self.some(4);
        let entry = Entry {
            text: self.some(6),
            tags: (0..self.throw(3)).map(|_| self.some(2)).collect(),
            status: ["todo", "done", "archived", ""][self.throw(4)].to_owned(),
            bundle: (kind == Kind::Task && self.throw(2) == 0).then(|| format!("bundle-{:06}", self.throw(8))),
            person: (kind == Kind::Task && self.throw(2) == 0).then(|| format!("person-{:06}", self.throw(8))),
            ..Entry::new(kind, id, &title, Timestamp::from_millis(i64::try_from(self.throw(5)).unwrap_or(0)))
        };
        let gone = self.throw(6) == 0;
        // Each state of a record has a number of its own.
        let sequence = u64::try_from(self.throw(1_000_000_000)).unwrap_or(0);
        if gone { entry.gone(Timestamp::from_millis(9)) } else { entry }.at(sequence)
    }
}

/// The ids that answer, found by reading everything.
fn plainly(entries: &Entries, query: &Query) -> Vec<String> {
    let live = |kind: Kind, id: &Option<String>| {
        let entry = id.as_deref().and_then(|id| entries.get(kind, id)).filter(|entry| !entry.deleted);
        entry.map(|entry| entry.title.clone()).unwrap_or_default()
    };
    let answers = |entry: &&Entry| {
        let mut texts = vec![entry.title.clone(), entry.text.clone(), live(Kind::Bundle, &entry.bundle), live(Kind::Person, &entry.person)];
        texts.extend(entry.tags.iter().cloned());
        let has = |wanted: &dataops_domain::search::Word| {
            let begins = |text: &String| {
                words(text).iter().any(|word| word.forms().any(|form| wanted.forms().any(|wanted| form.starts_with(wanted))))
            };
            let is_id = || words(&entry.id).iter().any(|word| wanted.folded.len() >= 6 && word.folded.starts_with(&wanted.folded));
            texts.iter().any(begins) || is_id()
        };
        !entry.deleted && entry.kind != Kind::Person && query.words().iter().all(has)
    };
    let mut ids: Vec<String> = entries.iter().filter(answers).map(|entry| entry.id.clone()).collect();
    ids.sort();
    ids
}

#[test]
fn the_index_finds_what_reading_everything_finds() {
    let mut found_something = 0;
    for world in 0..60 {
        let mut dice = Dice(world);
        let events: Vec<Entry> = (0..60).map(|_| dice.entry()).collect();
        let all: Entries = events.iter().cloned().collect();
        // The same events, dealt to three layers; some lie in two of them.
        let mut layers = [Entries::default(), Entries::default(), Entries::default()];
        for event in &events {
            layers[dice.throw(3)].merge(event.clone());
            layers[dice.throw(3)].merge(event.clone());
        }
        let prepared = layers.each_ref().map(Prepared::new);
        for question in [
            "muller",
            "Mueller",
            "newsl",
            "news mul",
            "cafe creme",
            "212",
            "会",
            "task-000003",
            "000004",
            "o clock",
            "b.org a",
            "ss",
            "z 2",
        ] {
            let query = Query::parse(question).expect("a query");
            let wanted = Wanted { take: 1_000, ..Wanted::default() };
            let answer = find(&prepared.each_ref(), Vec::new(), &query, &wanted);
            let mut ids: Vec<String> = answer.hits.iter().map(|hit| hit.entry.id.clone()).collect();
            ids.sort();
            assert_eq!(ids, plainly(&all, &query), "world {world}, `{question}`");
            assert_eq!(answer.total, ids.len());
            assert_eq!(
                answer.hits,
                find(&[&Prepared::new(&all)], Vec::new(), &query, &wanted).hits,
                "world {world}, `{question}`: the order"
            );
            found_something += ids.len();
        }
    }
    assert!(found_something > 1_000, "{found_something}");
}

#[test]
fn titles_come_first_then_open_work_then_the_latest() {
    let entry = |id: &str, title: &str, text: &str, status: &str, updated: i64| Entry {
        text: text.to_owned(),
        status: status.to_owned(),
        ..Entry::new(Kind::Task, id, title, Timestamp::from_millis(updated))
    };
    let entries: Entries = [
        entry("text", "Something else", "send the invoice", "todo", 9),
        entry("done", "Send invoice to the sponsor", "", "done", 8),
        entry("old", "Send invoice to the guest", "", "todo", 1),
        entry("new", "Send invoice to the host", "", "waiting", 2),
        entry("exact", "Send invoice", "", "archived", 0),
        entry("half", "Invoice", "send it", "todo", 5),
    ]
    .into_iter()
    .collect();
    let query = Query::parse("send inv").expect("a query");
    let all = find(&[&Prepared::new(&entries)], Vec::new(), &query, &Wanted { take: 10, ..Wanted::default() });
    let ids: Vec<&str> = all.hits.iter().map(|hit| hit.entry.id.as_str()).collect();
    assert_eq!(ids, ["exact", "new", "old", "done", "half", "text"]);
    assert_eq!(all.hits[0].excerpt, None);
    assert_eq!(all.hits[5].excerpt.as_deref(), Some("send the invoice"));
    let part = find(&[&Prepared::new(&entries)], Vec::new(), &query, &Wanted { skip: 2, take: 2, ..Wanted::default() });
    assert_eq!(part.hits.iter().map(|hit| hit.entry.id.as_str()).collect::<Vec<_>>(), ["old", "done"]);
    let each = find(&[&Prepared::new(&entries)], Vec::new(), &query, &Wanted { each: Some(2), take: 10, ..Wanted::default() });
    assert_eq!((each.hits.len(), each.total), (2, 6));
    assert_eq!((part.total, part.counts), (6, vec![(Kind::Task, 6)]));
}

#[test]
fn hostile_questions_find_nothing_and_harm_nothing() {
    let mut dice = Dice(7);
    let entries: Entries = (0..500).map(|_| dice.entry()).collect();
    let prepared = Prepared::new(&entries);
    for question in [
        "",
        " ",
        "…!?",
        "\0\u{1}",
        "\u{301}\u{301}",
        "' OR 1=1 --",
        "<script>alert(1)</script>",
        "../../etc/passwd",
        "\u{202e}x",
        "%00",
        ".*",
    ] {
        let query = Query::parse(question).expect("short enough");
        let answer = find(&[&prepared], Vec::new(), &query, &Wanted { take: 10, ..Wanted::default() });
        assert_eq!(answer.total, plainly(&entries, &query).len() * usize::from(!query.is_empty()), "{question:?}");
    }
    assert!(Query::parse(&"ä".repeat(200)).is_ok());
    assert_eq!(Query::parse(&"x".repeat(201)).expect_err("too long").errors[0].pointer, "/q");
}
