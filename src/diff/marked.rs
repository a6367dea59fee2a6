//! Whether two objects differ in what goldpath itself writes on them of their release and their end, and in nothing else: then nothing more need
//! be asked of them, and little be told.

use super::common::{prefix, suffix};
use serde_json::Value;

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

/// The annotations that say nothing of an object but from which release it is and until when it is wanted. Labels are not among them: others
/// select by these.
const MARKS: [&str; 3] = ["goldpath.dev/release", "goldpath.dev/path", "goldpath.dev/expires"];
/// How the release is written in the file of Terraform that goldpath alone writes.
const FACT: &str = "\"release\": \"";

/// Whether two objects differ in the values of those annotations alone.
pub(super) fn in_marks_alone(before: &Value, after: &Value) -> bool {
    let without = |object: &Value| {
        let mut plain = object.clone();
        if let Some(Value::Object(annotations)) = plain.pointer_mut("/metadata/annotations") {
            annotations.retain(|key, _| !MARKS.contains(&key.as_str()));
        }
        plain
    };
    before != after && without(before) == without(after)
}

/// Whether all lines that come and go look like such annotations, or like the release for Terraform. What they are part of is not seen here.
pub(super) fn are_marks(hunks: &str) -> bool {
    let is_mark = |line: &str| {
        let line = line.trim_start().trim_start_matches('"');
        MARKS.iter().any(|mark| line.strip_prefix(mark).is_some_and(|rest| rest.starts_with([':', '"']))) || is_fact(line)
    };
    let mut lines = hunks.lines().filter(|line| line.starts_with(['+', '-'])).peekable();
    lines.peek().is_some() && lines.all(|line| is_mark(&line[1..]))
}

fn is_fact(line: &str) -> bool {
    line.strip_prefix(&FACT[1..]).is_some_and(|rest| rest.trim_end_matches(',').ends_with('"'))
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

    #[test]
    fn lines_that_are_marks_are_told_from_others() {
        let told = |lines: &str| are_marks(lines);
        assert!(told("@@ -1,2 +1,2 @@\n a: 1\n-    goldpath.dev/release: \"1.0.0\"\n+    goldpath.dev/release: \"1.1.0\"\n"));
        assert!(told("+    goldpath.dev/expires: \"2027-03-01\"\n") && told("+  \"goldpath.dev/expires\": \"2027-03-01\",\n"));
        assert!(told("-      \"release\": \"1.0.0\",\n+      \"release\": \"1.1.0\",\n"));
        for other in [
            "",
            " a: 1\n",
            "+    goldpath.dev/released: \"1\"\n",
            "+    goldpath.dev/cost-centre: cc-1\n",
            "+a: 1\n-goldpath.dev/release: 1\n",
        ] {
            assert!(!told(other), "{other}");
        }
    }

    #[test]
    fn labels_and_pod_templates_are_no_marks() {
        let object = |annotations: &str, rest: &str| {
            serde_json::from_str::<Value>(&format!("{{\"kind\":\"Job\",\"metadata\":{{\"annotations\":{{{annotations}}}}}{rest}}}"))
                .unwrap()
        };
        let (one, other) =
            (object(r#""a":"b","goldpath.dev/release":"1.0.0""#, ""), object(r#""a":"b","goldpath.dev/expires":"2027-03-01""#, ""));
        assert!(in_marks_alone(&one, &other) && !in_marks_alone(&one, &one));
        let labelled = object(r#""a":"b""#, r#","labels":{"goldpath.dev/release":"1.0.0"}"#);
        assert!(!in_marks_alone(&one, &labelled) && !in_marks_alone(&one, &object(r#""a":"c","goldpath.dev/release":"1.0.0""#, "")));
    }
}
