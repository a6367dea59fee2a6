//! The forms that the API of Kubernetes asks of names, keys and values.

use serde_json::Value;
use std::net::IpAddr;

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// Small letters, digits and `-`, at most 63.
pub(super) fn is_label(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
        && bytes.first().copied().is_some_and(alphanumeric)
        && bytes.last().copied().is_some_and(alphanumeric)
}

/// Parts of small letters, digits and `-` with points between them, at most 253.
pub(super) fn is_subdomain(text: &str) -> bool {
    let part = |part: &str| {
        let bytes = part.as_bytes();
        bytes.iter().all(|byte| alphanumeric(*byte) || *byte == b'-')
            && bytes.first().copied().is_some_and(alphanumeric)
            && bytes.last().copied().is_some_and(alphanumeric)
    };
    text.len() <= 253 && text.split('.').all(part)
}

/// A host of an Ingress: a name, or one with `*` for its first part.
pub(super) fn is_host(text: &str) -> bool {
    text.parse::<IpAddr>().is_err() && is_subdomain(text.strip_prefix("*.").unwrap_or(text))
}

/// An address of IP in its canonical form.
pub(super) fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|address| address.to_string() == text)
}

/// An address of IP, also one with zeros in front of its numbers.
pub(super) fn is_any_address(text: &str) -> bool {
    plain(text).parse::<IpAddr>().is_ok()
}

/// `10.0.0.0/8`, also with zeros in front of its numbers.
pub(super) fn is_any_cidr(text: &str) -> bool {
    is_cidr(&plain(text))
}

/// An address without zeros in front of its numbers.
fn plain(text: &str) -> String {
    if text.contains(':') {
        return text.to_owned();
    }
    let number = |part: &str| match part.trim_start_matches('0') {
        rest if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        rest if rest.len() < part.len() => format!("0{rest}"),
        rest => rest.to_owned(),
    };
    text.split('.').map(number).collect::<Vec<_>>().join(".")
}

/// The first address of a block, as a number of 128 bits, with how many of them count, and whether it is of the old kind.
pub(super) fn block(text: &str) -> Option<(u128, u32, bool)> {
    let text = plain(text);
    let (address, bits) = text.split_once('/').filter(|_| is_cidr(&text))?;
    let bits: u32 = bits.parse().ok()?;
    Some(match address.parse().ok()? {
        IpAddr::V4(address) => (u128::from(u32::from(address)) << 96, bits, true),
        IpAddr::V6(address) => (u128::from(address), bits, false),
    })
}

/// Whether one block of addresses is a part of another, and less than it.
pub(super) fn is_part(inner: (u128, u32, bool), outer: (u128, u32, bool)) -> bool {
    let same = outer.1 == 0 || (inner.0 ^ outer.0).leading_zeros() >= outer.1;
    inner.2 == outer.2 && inner.1 > outer.1 && same
}

/// How many bytes a text in base64 stands for.
pub(super) fn decoded(text: &str) -> usize {
    let of = |wanted: fn(&u8) -> bool| text.as_bytes().iter().filter(|byte| wanted(byte)).count();
    (of(|byte| !byte.is_ascii_whitespace()) / 4 * 3).saturating_sub(of(|byte| *byte == b'='))
}

fn is_word(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last().is_some_and(u8::is_ascii_alphanumeric)
}

/// A key of labels and annotations: `name` or `prefix.example.org/name`.
pub(super) fn is_key(text: &str) -> bool {
    match text.split_once('/') {
        None => is_word(text),
        Some((prefix, name)) => is_subdomain(prefix) && is_word(name),
    }
}

/// A value of a label.
pub(super) fn is_value(text: &str) -> bool {
    text.is_empty() || is_word(text)
}

/// A key of a ConfigMap or a Secret.
pub(super) fn is_data_key(text: &str) -> bool {
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    (1..=253).contains(&text.len()) && plain && text != "." && !text.starts_with("..")
}

/// The name of a port: at most 15 small letters, digits and `-`, one of them a letter.
pub(super) fn is_port_name(text: &str) -> bool {
    text.len() <= 15 && is_label(text) && text.bytes().any(|byte| byte.is_ascii_lowercase()) && !text.contains("--")
}

/// The number of a port.
pub(super) fn is_port(number: i64) -> bool {
    (1..=65_535).contains(&number)
}

/// `10.0.0.0/8`, `fd00::/8`.
pub(super) fn is_cidr(text: &str) -> bool {
    let Some((address, bits)) = text.split_once('/') else { return false };
    let most = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    !bits.is_empty() && bits.bytes().all(|byte| byte.is_ascii_digit()) && bits.parse::<u32>().is_ok_and(|bits| bits <= most)
}

/// `25%`.
pub(super) fn is_percent(text: &str) -> bool {
    text.strip_suffix('%').is_some_and(|number| !number.is_empty() && number.len() <= 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// A time of a CronJob: five parts, or a word such as `@daily`.
pub(super) fn is_schedule(text: &str) -> bool {
    let parts: Vec<&str> = text.split_whitespace().collect();
    let words = ["@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"];
    match parts.as_slice() {
        [word] => words.contains(word),
        ["@every", ..] => text.strip_prefix("@every ").is_some_and(is_duration),
        all => times(all, true),
    }
}

/// `1h30m`, as Go writes how long something takes.
fn is_duration(text: &str) -> bool {
    let mut rest = text.strip_prefix(['+', '-']).unwrap_or(text);
    if rest == "0" {
        return true;
    }
    let mut parts = 0;
    while !rest.is_empty() {
        let after = rest.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let number = &rest[..rest.len() - after.len()];
        let unit = ["ns", "us", "µs", "μs", "ms", "s", "m", "h"].iter().find_map(|unit| after.strip_prefix(unit));
        let Some(next) = unit.filter(|_| number.bytes().any(|byte| byte.is_ascii_digit()) && number.matches('.').count() < 2) else {
            return false;
        };
        rest = next;
        parts += 1;
    }
    parts > 0
}

/// The parts of a time of cron: the least and the most of each, and the names that stand for some of them.
const TIMES: [(u32, u32, &[&str]); 5] = [
    (0, 59, &[]),
    (0, 23, &[]),
    (1, 31, &[]),
    (1, 12, &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
    (0, 7, &["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
];

/// Whether these are minute, hour, day, month and day of the week as cron has them.
pub(in crate::render) fn are_times(parts: &[&str]) -> bool {
    times(parts, false)
}

/// The same, for Kubernetes: it knows no day 7, and no range by names that goes round the end of the week or the year.
fn times(parts: &[&str], strict: bool) -> bool {
    let fits = |part: &&str, (least, most, names): &(u32, u32, &[&str])| {
        let most = if strict && *most == 7 { 6 } else { *most };
        let number = |text: &str| match text.parse::<u32>() {
            Ok(number) => Some(number).filter(|number| (*least..=most).contains(number) && !text.starts_with('+')),
            Err(_) => names.iter().zip(*least..).find(|(name, _)| text.eq_ignore_ascii_case(name)).map(|(_, number)| number),
        };
        part.split(',').all(|one| {
            let (range, step) = one.split_once('/').map_or((one, None), |(range, step)| (range, Some(step)));
            let ordered = |(first, last): (&str, &str)| {
                let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
                let round = !(strict || is_number(first) && is_number(last));
                number(first).zip(number(last)).is_some_and(|(from, to)| from <= to || round)
            };
            let is_range = matches!(range, "*" | "?") || range.split_once('-').map_or_else(|| number(range).is_some(), ordered);
            is_range && step.is_none_or(|step| step.parse::<u32>().is_ok_and(|step| step > 0))
        })
    };
    parts.len() == TIMES.len() && parts.iter().zip(&TIMES).all(|(part, time)| fits(part, time))
}

/// A quantity as it is written.
pub(super) fn written(quantity: &Value) -> String {
    quantity.as_str().map_or_else(|| quantity.to_string(), super::cut)
}

/// How much a quantity is, for comparing it with another.
pub(super) fn amount(quantity: &Value) -> Option<f64> {
    match quantity {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => crate::model::amount(text),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_have_their_forms() {
        let long = "a".repeat(64);
        let check = |name: &str, is: fn(&str) -> bool, yes: &[&str], no: &[&str]| {
            yes.iter().for_each(|text| assert!(is(text), "{name} {text:?}"));
            no.iter().for_each(|text| assert!(!is(text), "{name} {text:?}"));
        };
        check("label", is_label, &["a", "a-b", "1a", &long[1..]], &["", "A", "-a", "a-", "a.b", "a_b", "ä", &long]);
        check("subdomain", is_subdomain, &["a", "a.b-c.d", &long], &["", ".a", "a.", "a..b", "A", "a_b", "a.-b"]);
        check("host", is_host, &["a.example.org", "*.example.org"], &["*", "a.*.b", "10.0.0.1", "a/b", "a:80"]);
        check("address", is_address, &["10.0.0.1", "2001:db8::1", "::"], &["", "10.0.0.01", "2001:DB8::1", "2001:db8:0::1", "10.0.0.0/8"]);
        check("key", is_key, &["app", "app.kubernetes.io/name", "A_b.c"], &["", "/a", "a/", "a/b/c", "-a", "a b", "A.b/c", &long]);
        check("value", is_value, &["", "a", "A_b.c-d", "1.0"], &["a b", "-a", "a/b", "ä", &long]);
        check("data key", is_data_key, &["a", "a.b_c-D", ".env"], &["", "a/b", "..", "..a", "a b"]);
        check("port name", is_port_name, &["http", "a-1", "1a"], &["", "80", "a--b", "HTTP", "a-", "sixteen-letters-"]);
        check(
            "cidr",
            is_cidr,
            &["10.0.0.0/8", "fd00::/8", "0.0.0.0/0"],
            &["10.0.0.0", "10.0.0.0/33", "a/8", "10.0.0.0/", "10.0.0/8", "::/+8"],
        );
        check("percent", is_percent, &["0%", "100%"], &["%", "a%", "10", "-1%", "1.5%"]);
        check(
            "schedule",
            is_schedule,
            &["* * * * *", "*/5 0-6 1,15 * MON-FRI", "@daily", "@every 1h", "@every 1h30m", "@every 1.5s", "0 0 * * 0/7", "0 0 * * 6"],
            &[
                "",
                "* * * *",
                "60",
                "@often",
                "* * * * * *",
                "@every abc",
                "@every 1",
                "@every  1h",
                "0 0 * * 7",
                "0 0 * * 5-7",
                "0 0 * * FRI-MON",
            ],
        );
    }

    #[test]
    fn base64_is_counted_by_what_it_stands_for() {
        for (text, bytes) in [("", 0), ("YQ==", 1), ("YWI=", 2), ("YWJj", 3), ("YWJj\nYWI=\n", 5)] {
            assert_eq!(decoded(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn quantities_are_compared_by_how_much_they_are() {
        for (one, other) in
            [(json!("100m"), json!("0.2")), (json!("1Mi"), json!("1.1M")), (json!(1), json!("1001m")), (json!("1e3"), json!("1.1k"))]
        {
            assert!(amount(&one).unwrap() < amount(&other).unwrap(), "{one} {other}");
        }
        assert_eq!(amount(&json!("x")), None);
    }
}
