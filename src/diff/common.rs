//! How much two texts have in common at their beginning and at their end.

/// So many bytes are compared at once.
const CHUNK: usize = 32;

/// With how many same bytes two texts begin.
pub(super) fn prefix(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.as_chunks::<CHUNK>().0.iter().zip(other.as_chunks::<CHUNK>().0);
    let chunks = chunks.take_while(|(one, other)| one == other).count() * CHUNK;
    chunks + one[chunks..].iter().zip(&other[chunks..]).take_while(|(one, other)| one == other).count()
}

/// With how many same bytes they end.
pub(super) fn suffix(one: &[u8], other: &[u8]) -> usize {
    let chunks = one.as_rchunks::<CHUNK>().1.iter().rev().zip(other.as_rchunks::<CHUNK>().1.iter().rev());
    let chunks = chunks.take_while(|(one, other)| one == other).count() * CHUNK;
    let (one, other) = (&one[..one.len() - chunks], &other[..other.len() - chunks]);
    chunks + one.iter().rev().zip(other.iter().rev()).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_two_texts_have_in_common_is_counted_to_the_byte() {
        for length in [0, 1, 31, 32, 33, 95, 96, 200] {
            let same = vec![b'x'; length];
            let with = |before: &[u8], after: &[u8]| [before, &same, after].concat();
            assert_eq!((prefix(&same, &same), suffix(&same, &same)), (length, length));
            assert_eq!(prefix(&with(b"", b"abc"), &with(b"", b"aBc")), length + 1);
            assert_eq!(suffix(&with(b"abc", b""), &with(b"Abc", b"")), length + 2);
            assert_eq!((prefix(&same, b""), suffix(b"", &same)), (0, 0));
        }
    }
}
