//! Two sorted lists side by side.

use std::cmp::Ordering;

/// The items of two lists that are sorted by a key: those with the same key together, all in their order.
pub fn joined<T, K: Ord + ?Sized>(
    one: impl IntoIterator<Item = T>,
    other: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> &K,
) -> Vec<(Option<T>, Option<T>)> {
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    let mut all = Vec::with_capacity(one.size_hint().0.max(other.size_hint().0));
    loop {
        let order = match (one.peek(), other.peek()) {
            (Some(first), Some(second)) => key(first).cmp(key(second)),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return all,
        };
        let first = if order.is_le() { one.next() } else { None };
        all.push((first, if order.is_ge() { other.next() } else { None }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_there_once_and_equals_stand_together() {
        let (one, other) = (["b", "d", "e"], ["a", "b", "e", "f"]);
        let shown: Vec<String> = joined(one, other, |word| *word)
            .into_iter()
            .map(|(one, other)| format!("{}{}", one.unwrap_or("-"), other.unwrap_or("-")))
            .collect();
        assert_eq!(shown.join(" "), "-a bb d- ee -f");
        assert_eq!(joined([""; 0], [], |word| *word), []);
    }
}
