//! What needs itself, by way of others.

use std::collections::BTreeMap;

/// The first circle, each of it needing the next; what is needed and not there needs nothing.
pub(super) fn first<'a>(needs: &BTreeMap<&'a str, Vec<&'a str>>) -> Option<Vec<&'a str>> {
    let left = endless(needs);
    // Whoever is left needs somebody who is left, so following them comes round.
    let (mut at, mut way) = (*left.keys().next()?, Vec::new());
    let mut position = BTreeMap::new();
    loop {
        if let Some(start) = position.insert(at, way.len()) {
            return Some(way.split_off(start));
        }
        way.push(at);
        at = needs.get(at)?.iter().copied().find(|need| left.contains_key(need))?;
    }
}

/// Whoever is left when nobody can be taken away any more who needs nobody that is left, with how many they need.
fn endless<'a>(needs: &BTreeMap<&'a str, Vec<&'a str>>) -> BTreeMap<&'a str, usize> {
    let known = |name: &&str| needs.get(*name).into_iter().flatten().copied().filter(|need| needs.contains_key(need));
    let mut needed_by: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for name in needs.keys() {
        known(name).for_each(|need| needed_by.entry(need).or_default().push(name));
    }
    let mut left: BTreeMap<&str, usize> = needs.keys().map(|name| (*name, known(name).count())).collect();
    let mut done: Vec<&str> = left.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(name) = done.pop() {
        left.remove(name);
        for by in needed_by.get(name).into_iter().flatten() {
            if let Some(count) = left.get_mut(by) {
                *count -= 1;
                if *count == 0 {
                    done.push(by);
                }
            }
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn circle(needs: &[(&'static str, &[&'static str])]) -> String {
        let needs = needs.iter().map(|(name, needs)| (*name, needs.to_vec())).collect();
        first(&needs).map_or_else(|| "-".to_owned(), |way| way.join(" "))
    }

    #[test]
    fn the_first_circle_is_found() {
        let table = [
            circle(&[]),
            circle(&[("a", &["b", "x"]), ("b", &["c", "c"]), ("c", &[])]),
            circle(&[("a", &["a"])]),
            circle(&[("a", &[]), ("b", &["a", "d"]), ("c", &["b"]), ("d", &["c"]), ("e", &["d"])]),
            circle(&[("a", &["b"]), ("b", &["c"]), ("c", &["b"])]),
        ];
        insta::assert_snapshot!(table.join("\n"), @"
        -
        -
        a
        b d c
        b c
        ");
    }

    #[test]
    fn a_long_chain_takes_no_long_time() {
        let names: Vec<String> = (0..50_000).map(|n| format!("n{n:05}")).collect();
        let chain = names.windows(2).map(|pair| (pair[0].as_str(), vec![pair[1].as_str()]));
        let open: BTreeMap<&str, Vec<&str>> = chain.chain([(names[49_999].as_str(), Vec::new())]).collect();
        assert_eq!(first(&open), None);
        let closed: BTreeMap<&str, Vec<&str>> =
            open.into_iter().map(|(n, needs)| (n, if needs.is_empty() { vec!["n00000"] } else { needs })).collect();
        assert_eq!(first(&closed).map(|way| way.len()), Some(50_000));
    }
}
