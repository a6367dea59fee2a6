//! Values on a pipe: four bytes of length, then postcard.

use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read};

/// The longest value that is taken.
const LONGEST: usize = 1 << 30;

/// One value as it goes over the pipe.
pub(super) fn frame(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut out = vec![0; 4];
    out = postcard::to_extend(value, out).map_err(io::Error::other)?;
    let length = u32::try_from(out.len() - 4).ok().filter(|length| *length as usize <= LONGEST);
    let length = length.ok_or_else(|| io::Error::other("the value is too long for the pipe"))?;
    out[..4].copy_from_slice(&length.to_le_bytes());
    Ok(out)
}

/// Takes the first value off what has come, when all of it is there.
pub(super) fn first<T: DeserializeOwned>(pending: &mut Vec<u8>) -> io::Result<Option<T>> {
    let Some(length) = pending.first_chunk::<4>().map(|bytes| u32::from_le_bytes(*bytes) as usize) else { return Ok(None) };
    if length > LONGEST {
        return Err(io::Error::other("the value is too long for the pipe"));
    }
    let Some(bytes) = pending.get(4..4 + length) else { return Ok(None) };
    let value = postcard::from_bytes(bytes).map_err(io::Error::other)?;
    pending.drain(..4 + length);
    Ok(Some(value))
}

/// Reads one value.
pub(super) fn read<T: DeserializeOwned>(pipe: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 4];
    pipe.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST {
        return Err(io::Error::other("the value is too long for the pipe"));
    }
    let mut bytes = Vec::new();
    pipe.take(length as u64).read_to_end(&mut bytes)?;
    postcard::from_bytes(&bytes).map_err(io::Error::other)
}
