//! Whether two objects differ in the release that goldpath itself writes on them, and in nothing else: then nothing more need be asked of them.

use super::common::{prefix, suffix};

/// The annotation, as its key is written in front of its value.
const RELEASE: &str = "\"goldpath.dev/release\":\"";

/// Whether two objects, as texts of JSON, differ in the value of that annotation alone.
pub(super) fn in_release_alone(before: &str, after: &str) -> bool {
    let (one, other) = (before.as_bytes(), after.as_bytes());
    let same = prefix(one, other);
    let behind = suffix(&one[same..], &other[same..]);
    let Some(key) = before.get(..same).and_then(|same| same.rfind(RELEASE)) else { return false };
    let value = key + RELEASE.len()..;
    let is_value = |text: &[u8]| !text.iter().any(|byte| matches!(byte, b'"' | b'\\'));
    is_value(&one[value.start..one.len() - behind]) && is_value(&other[value.start..other.len() - behind]) && is_annotation(&before[..key])
}

/// Whether what stands behind the beginning of an object is a key of its annotations.
fn is_annotation(beginning: &str) -> bool {
    let mut keys: Vec<&str> = Vec::new();
    let mut last = "";
    let mut rest = beginning;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match mark {
            b'"' => {
                let Some(end) = end_of_text(rest) else { return false };
                last = &rest[..end];
                rest = &rest[end + 1..];
            }
            b'{' | b'[' => keys.push(last),
            _ => drop(keys.pop()),
        }
    }
    keys == ["", "metadata", "annotations"]
}

/// Where the quote stands that ends a text.
fn end_of_text(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_release_of_the_object_itself_is_left_out() {
        let object = |release: &str, rest: &str| {
            format!(r#"{{"kind":"Job","metadata":{{"name":"a{{\"","annotations":{{"a":"b","goldpath.dev/release":"{release}"}}}}{rest}}}"#)
        };
        let pod = |release: &str| format!(r#","spec":{{"metadata":{{"annotations":{{"goldpath.dev/release":"{release}"}}}}}}"#);
        let data = |release: &str| format!(r#"{{"metadata":{{"annotations":{{}}}},"data":{{"goldpath.dev/release":"{release}"}}}}"#);
        assert!(in_release_alone(&object("1.0.0", ""), &object("1.1.0", "")));
        assert!(in_release_alone(&object("1.0.0", ""), &object("1.10.0", "")));
        assert!(in_release_alone(&object("1.0.0", &pod("1.0.0")), &object("2.0.0", &pod("1.0.0"))));
        for (before, after) in [
            (object("1.0.0", ""), object("1.1.0", r#","spec":1"#)),
            (object("1.0.0", &pod("1.0.0")), object("1.1.0", &pod("1.1.0"))),
            (object("1.0.0", &pod("1.0.0")), object("1.0.0", &pod("1.1.0"))),
            (data("1.0.0"), data("1.1.0")),
            (object("1.0.0", ""), object("1.0.0\",\"x\":\"", "")),
            (object("1.0.0", ""), object("1.0.0", "")),
        ] {
            assert!(!in_release_alone(&before, &after) || before == after, "{before} {after}");
        }
    }
}
