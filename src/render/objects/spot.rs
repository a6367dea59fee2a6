//! A place in an object: looked up from the place above it, and written as a pointer only when something is said of it.

use crate::model::child;
use serde_json::Value;

#[derive(Clone, Copy)]
enum Part<'a> {
    Top,
    /// Fields, one below the other, with `/` between them.
    Fields(&'static str),
    Key(&'a str),
    Item(usize),
}

/// A place in an object, whether something is there or not; `null` is nothing.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a, 'p> {
    value: Option<&'a Value>,
    up: Option<&'p Spot<'a, 'p>>,
    part: Part<'a>,
}

impl<'a> Spot<'a, '_> {
    /// The object itself.
    pub(super) fn top(object: &'a Value) -> Self {
        Self { value: Some(object), up: None, part: Part::Top }
    }

    /// What is below some fields: `spec/template`.
    pub(super) fn at<'s>(&'s self, fields: &'static str) -> Spot<'a, 's> {
        let value = self.value.and_then(|value| fields.split('/').try_fold(value, |value, field| value.get(field)));
        Spot { value: value.filter(|value| !value.is_null()), up: Some(self), part: Part::Fields(fields) }
    }

    /// The items of a list.
    pub(super) fn items<'s>(&'s self) -> impl Iterator<Item = Spot<'a, 's>> {
        let items = self.value.and_then(Value::as_array).into_iter().flatten().enumerate();
        let there = |value: &'a Value| Some(value).filter(|value| !value.is_null());
        items.map(move |(index, value)| Spot { value: there(value), up: Some(self), part: Part::Item(index) })
    }

    /// The entries of a map.
    pub(super) fn entries<'s>(&'s self) -> impl Iterator<Item = (&'a str, Spot<'a, 's>)> {
        let entries = self.value.and_then(Value::as_object).into_iter().flatten();
        let there = |value: &'a Value| Some(value).filter(|value| !value.is_null());
        entries.map(move |(key, value)| (key.as_str(), Spot { value: there(value), up: Some(self), part: Part::Key(key) }))
    }

    /// What is below a key of a map.
    pub(super) fn key(&self, key: &str) -> Option<&'a Value> {
        self.value?.get(key).filter(|value| !value.is_null())
    }

    /// The place above it.
    pub(super) fn above(&self) -> Option<&Self> {
        self.up
    }

    /// Whether it is the field of this name.
    pub(super) fn is(&self, field: &str) -> bool {
        matches!(self.part, Part::Fields(fields) if fields.rsplit('/').next() == Some(field))
    }

    pub(super) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub(super) fn is_there(&self) -> bool {
        self.value.is_some()
    }

    pub(super) fn text(&self) -> Option<&'a str> {
        self.value?.as_str()
    }

    pub(super) fn number(&self) -> Option<i64> {
        self.value?.as_i64()
    }

    /// The JSON pointer of this place.
    pub(super) fn pointer(&self) -> String {
        let above = self.up.map_or_else(String::new, Spot::pointer);
        match self.part {
            Part::Top => above,
            Part::Fields(fields) => above + "/" + fields,
            Part::Key(key) => child(&above, key),
            Part::Item(index) => format!("{above}/{index}"),
        }
    }

    /// This place in the language of the object: `spec.ports[1].name`.
    pub(super) fn shown(&self) -> String {
        let mut shown = "`".to_owned();
        self.show(&mut shown);
        shown + "`"
    }

    fn show(&self, shown: &mut String) {
        if let Some(up) = self.up {
            up.show(shown);
        }
        let mut field = |field: &str| {
            if shown.len() > 1 {
                shown.push('.');
            }
            *shown += field;
        };
        match self.part {
            Part::Top => {}
            Part::Fields(fields) => fields.split('/').for_each(field),
            Part::Key(key) => field(key),
            Part::Item(index) => *shown += &format!("[{index}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_place_knows_where_it_is() {
        let object = json!({"spec": {"ports": [null, {"name": "a", "port": 1}], "labels": {"a/b~c": "d", "e": null}}, "none": null});
        let top = Spot::top(&object);
        let ports = top.at("spec/ports");
        let second = ports.items().nth(1).unwrap();
        let name = second.at("name");
        assert_eq!(
            (name.text(), name.pointer().as_str(), name.shown().as_str()),
            (Some("a"), "/spec/ports/1/name", "`spec.ports[1].name`")
        );
        assert_eq!(second.at("port").number(), Some(1));
        let labels = top.at("spec/labels");
        let (key, label) = labels.entries().next().unwrap();
        assert_eq!((key, label.text(), label.pointer().as_str()), ("a/b~c", Some("d"), "/spec/labels/a~1b~0c"));
        assert_eq!((label.shown().as_str(), labels.key("e")), ("`spec.labels.a/b~c`", None));
        let missing = second.at("x/y");
        assert_eq!((missing.is_there(), missing.value(), missing.pointer().as_str()), (false, None, "/spec/ports/1/x/y"));
        assert!(!top.at("none").is_there() && !ports.items().next().unwrap().is_there() && missing.items().next().is_none());
        assert_eq!((top.pointer().as_str(), top.shown().as_str()), ("", "``"));
    }
}
