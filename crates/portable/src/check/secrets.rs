//! No record holds a secret: names of fields and texts, as deep as they go.

use std::borrow::Cow;
use std::io;

use dataops_domain::secrets::{self, Family};

use super::{Check, Record};
use crate::json::{Json, Members};
use crate::redact::{Care, is_plain, is_short};

/// The most bytes of a name in a way; a longer one would be told once more for each thing that is wrong within.
const MOST_NAME: usize = 2_000;

/// One step of the way to a value.
#[derive(Clone, Copy)]
enum Step<'w> {
    Key(&'w str),
    At(usize),
}

impl Check {
    pub(super) fn secrets(&mut self, record: &Record<'_, '_>, members: &Members<'_>) -> io::Result<()> {
        let mut way = Vec::with_capacity(8);
        for (name, value) in members {
            let care = Care::of(record.entity, name);
            way.push(Step::Key(name));
            if care.is_telling(name, is_text(value)) {
                self.telling_name(record, &way)?;
            }
            self.within(record, &mut way, value, care)?;
            way.pop();
        }
        Ok(())
    }

    fn within<'w>(&mut self, record: &Record<'_, '_>, way: &mut Vec<Step<'w>>, value: &'w Json<'_>, care: Care) -> io::Result<()> {
        match value {
            Json::Text(text) => {
                if is_plain(text) {
                    Ok(())
                } else {
                    self.text(record, way, text, care)
                }
            }
            Json::List(list) => {
                for (at, inner) in list.iter().enumerate() {
                    way.push(Step::At(at));
                    self.within(record, way, inner, care)?;
                    way.pop();
                }
                Ok(())
            }
            Json::Object(members) => {
                if let Some(name) = twice(members) {
                    let (pointer, _) = written(way);
                    let words = format!("has the field {name} twice in one object");
                    self.find(record, pointer, "duplicate-key", &words)?;
                }
                for (name, inner) in members {
                    way.push(Step::Key(name));
                    if care.is_telling(name, is_text(inner)) || !is_short(name) && secrets::first(name).is_some() {
                        self.telling_name(record, way)?;
                    }
                    self.within(record, way, inner, care)?;
                    way.pop();
                }
                Ok(())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => Ok(()),
        }
    }

    fn telling_name(&mut self, record: &Record<'_, '_>, way: &[Step<'_>]) -> io::Result<()> {
        let (pointer, path) = written(way);
        self.find(record, pointer, "secret", &format!(".{path} must not contain secrets or signed URLs"))
    }

    fn text(&mut self, record: &Record<'_, '_>, way: &[Step<'_>], text: &str, care: Care) -> io::Result<()> {
        let name = way.iter().rev().find_map(|step| if let Step::Key(key) = step { Some(*key) } else { None });
        // A name without end says nothing of its values, and would be read once more for each of them.
        let name = name.filter(|name| name.len() <= MOST_NAME);
        let found = if is_short(text) { secrets::first_named(name, text) } else { secrets::first_in_field(name, text) };
        let marked = care.words && secrets::portable_marker(text);
        let signed = marked || found.as_ref().is_some_and(|found| found.family == Family::Presigned);
        let (pointer, path) = match (&found, marked) {
            (None, false) => return Ok(()),
            _ => written(way),
        };
        if signed {
            return self.find(record, pointer, "signed-url", &format!(".{path} must not contain signed URLs or tokens"));
        }
        let rule = found.map_or("", |found| found.rule);
        self.find(record, pointer, "secret", &format!(".{path} must not contain secrets or signed URLs ({rule})"))
    }
}

/// True for what can hold a text.
fn is_text(value: &Json<'_>) -> bool {
    !matches!(value, Json::Null | Json::Bool(_) | Json::Number(_))
}

/// The way as a JSON pointer, and as words: `metadata.list[0].name`. A name that is a secret itself is not repeated.
fn written(way: &[Step<'_>]) -> (String, String) {
    let (mut pointer, mut path) = (String::new(), String::new());
    for step in way {
        match step {
            Step::Key(key) => {
                let key = if key.len() > MOST_NAME { Cow::Owned(format!("(a name of {} bytes)", key.len())) } else { secrets::redact(key) };
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
                if !path.is_empty() {
                    path.push('.');
                }
                path.push_str(&key);
            }
            Step::At(at) => {
                pointer.push_str(&format!("/{at}"));
                path.push_str(&format!("[{at}]"));
            }
        }
    }
    (pointer, path)
}

/// A name that stands twice in an object.
fn twice<'m>(members: &'m [(Cow<'_, str>, Json<'_>)]) -> Option<&'m str> {
    if members.len() > 16 {
        let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        names.sort_unstable();
        return names.windows(2).find(|pair| pair[0] == pair[1]).map(|pair| pair[0]);
    }
    members
        .iter()
        .enumerate()
        .find(|(at, (name, _))| members[..*at].iter().any(|(other, _)| other == name))
        .map(|(_, (name, _))| name.as_ref())
}
