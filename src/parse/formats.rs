//! The small languages of values: durations and dates.

/// The minutes of a duration: `30m`, `12h`, `14d`, `2w`.
pub(super) fn duration_minutes(text: &str) -> Option<u64> {
    let unit = match text.chars().last()? {
        'm' => 1,
        'h' => 60,
        'd' => 24 * 60,
        'w' => 7 * 24 * 60,
        _ => return None,
    };
    let digits = &text[..text.len() - 1];
    let fits = (1..=5).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse::<u64>().ok()).flatten().map(|number| number * unit)
}

/// Whether a text is a duration of goldpath.
pub(super) fn is_duration(text: &str) -> bool {
    duration_minutes(text).is_some()
}

/// Whether a text is a quantity that a request may ask for, which is none below nothing.
pub(super) fn is_quantity(text: &str) -> bool {
    !text.starts_with('-') && crate::model::is_quantity(text)
}

/// Whether a text is a day that exists: `2026-03-01`.
pub(super) fn is_date(text: &str) -> bool {
    text.len() == 10 && text.as_bytes()[4] == b'-' && text.parse::<jiff::civil::Date>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_their_form() {
        for (text, minutes) in [
            ("14d", Some(20_160)),
            ("12h", Some(720)),
            ("30m", Some(30)),
            ("2w", Some(20_160)),
            ("0d", None),
            ("d", None),
            ("1.5h", None),
            ("14", None),
            ("", None),
            ("14 d", None),
            ("1é", None),
        ] {
            assert_eq!(duration_minutes(text), minutes, "{text:?}");
        }
        for (text, answer) in
            [("2026-03-01", true), ("2026-02-30", false), ("2026-3-1", false), ("20260301", false), ("2026-03-01T", false)]
        {
            assert_eq!(is_date(text), answer, "{text:?}");
        }
    }
}
