//! Versions as `1.2.3-rc.1+build`.

use super::text;
use anyhow::{Context, Result, bail};
use regorus::Value;
use std::cmp::Ordering;

struct Version<'a> {
    numbers: [i64; 3],
    /// Nothing: it is a release.
    before: Vec<&'a str>,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (text, build) = text.split_once('+').unwrap_or((text, ""));
        let (text, before) = text.split_once('-').unwrap_or((text, ""));
        let is_part = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let mut numbers = text.splitn(3, '.').map(|number| number.parse().ok());
        let numbers = [numbers.next()??, numbers.next()??, numbers.next()??];
        let fits = [before, build].iter().all(|parts| parts.is_empty() || parts.split('.').all(is_part));
        fits.then(|| Self { numbers, before: before.split('.').filter(|part| !part.is_empty()).collect() })
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let numbers = self.numbers.cmp(&other.numbers);
        numbers.then_with(|| match (self.before.is_empty(), other.before.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => {
                let parts = self.before.iter().zip(&other.before).map(|(one, other)| part(one, other));
                parts.fold(Ordering::Equal, Ordering::then).then(self.before.len().cmp(&other.before.len()))
            }
        })
    }
}

/// Numbers come before words.
fn part(one: &str, other: &str) -> Ordering {
    match (one.parse::<i64>(), other.parse::<i64>()) {
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Ok(first), Ok(second)) => first.cmp(&second).then_with(|| one.cmp(other)),
        (Err(_), Err(_)) => one.cmp(other),
    }
}

/// `semver.compare(one, other)`
pub(super) fn compare(given: &[Value]) -> Result<Value> {
    let [one, other] = given else { bail!("`semver.compare` takes two values") };
    let (one, other) = (text("semver.compare", one)?, text("semver.compare", other)?);
    let version = |text| Version::parse(text).context("invalid semver");
    Ok(match version(one)?.cmp(&version(other)?) {
        Ordering::Less => Value::from(-1_i64),
        Ordering::Equal => Value::from(0_i64),
        Ordering::Greater => Value::from(1_i64),
    })
}

/// `semver.is_valid(value)`
pub(super) fn is_valid(given: &[Value]) -> Result<Value> {
    let [value] = given else { bail!("`semver.is_valid` takes one value") };
    Ok(value.as_string().is_ok_and(|text| Version::parse(text).is_some()).into())
}
