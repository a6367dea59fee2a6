//! Texts: counted, taken apart, searched, replaced, and read as numbers.

use super::text;
use anyhow::{Context, Result, bail};
use regorus::Value;

/// `strings.count(text, part)`
pub(super) fn count(given: &[Value]) -> Result<Value> {
    const NAME: &str = "strings.count";
    let [searched, part] = given else { bail!("`{NAME}` takes two values") };
    Ok(Value::from(text(NAME, searched)?.matches(text(NAME, part)?).count()))
}

/// `split(text, delimiter)`
pub(super) fn split(given: &[Value]) -> Result<Value> {
    let [whole, delimiter] = given else { bail!("`split` takes two values") };
    let (whole, delimiter) = (text("split", whole)?, text("split", delimiter)?);
    let parts: Vec<Value> = match delimiter {
        "" => whole.chars().map(|letter| letter.to_string().into()).collect(),
        _ => whole.split(delimiter).map(Value::from).collect(),
    };
    Ok(parts.into())
}

/// `indexof(text, part)`, in letters; -1: it is not there.
pub(super) fn index(given: &[Value]) -> Result<Value> {
    let [searched, part] = given else { bail!("`indexof` takes two values") };
    let (searched, part) = (text("indexof", searched)?, text("indexof", part)?);
    if part.is_empty() {
        bail!("`indexof` looks for an empty text");
    }
    let index = searched.find(part).map(|at| i64::try_from(searched[..at].chars().count()));
    Ok(index.transpose()?.unwrap_or(-1).into())
}

/// `strings.replace_n(patterns, text)`: at each place the first of the patterns, in their order; what is replaced is not looked at again.
pub(super) fn replace(given: &[Value]) -> Result<Value> {
    const NAME: &str = "strings.replace_n";
    let [Value::Object(patterns), replaced] = given else { bail!("`{NAME}` takes an object, and a text") };
    let patterns = patterns.iter().map(|(old, new)| Ok((text(NAME, old)?, text(NAME, new)?))).collect::<Result<Vec<_>>>()?;
    let (mut rest, mut out, mut was_empty) = (text(NAME, replaced)?, String::new(), false);
    loop {
        let found = patterns.iter().find(|(old, _)| rest.starts_with(old) && !(was_empty && old.is_empty()));
        was_empty = found.is_some_and(|(old, _)| old.is_empty());
        if let Some((old, new)) = found {
            out.push_str(new);
            rest = &rest[old.len()..];
            continue;
        }
        let Some(letter) = rest.chars().next() else { return Ok(out.into()) };
        out.push(letter);
        rest = &rest[letter.len_utf8()..];
    }
}

/// `to_number(value)`: a text is read as JSON has numbers.
pub(super) fn number(given: &[Value]) -> Result<Value> {
    match given {
        [Value::Null] => Ok(0_i64.into()),
        [Value::Bool(is_true)] => Ok(i64::from(*is_true).into()),
        [number @ Value::Number(_)] => Ok(number.clone()),
        [Value::String(text)]
            if text.starts_with(['-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']) && !text.ends_with(char::is_whitespace) =>
        {
            Value::from_json_str(text).ok().with_context(|| format!("`to_number` expects a number as JSON has them. Got `{text}` instead"))
        }
        [other] => bail!("`to_number` expects a number, a text of one, `true`, `false` or null. Got `{other}` instead"),
        _ => bail!("`to_number` takes one value"),
    }
}
