//! Sums of what is written with a point: 0.1 and 0.2 are 0.3.

use anyhow::{Result, bail};
use regorus::Value;

/// A number as it is written: `123` with two digits behind the point is 1.23.
struct Decimal {
    digits: i128,
    behind: u32,
}

impl Decimal {
    const ZERO: Self = Self { digits: 0, behind: 0 };

    /// Reads `-1.25` and `1.5e-7`; nothing where it is too long.
    fn parse(text: &str) -> Option<Self> {
        let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, part) = number.split_once('.').unwrap_or((number, ""));
        let digits = format!("{whole}{part}").parse().ok()?;
        let behind = i32::try_from(part.len()).ok()?.checked_sub(exponent.parse().ok()?)?;
        match u32::try_from(behind) {
            Ok(behind) => Some(Self { digits, behind }),
            Err(_) => Some(Self { digits: 10_i128.checked_pow(behind.unsigned_abs())?.checked_mul(digits)?, behind: 0 }),
        }
    }

    fn add(&self, other: &Self) -> Option<Self> {
        let behind = self.behind.max(other.behind);
        let at = |one: &Self| 10_i128.checked_pow(behind - one.behind)?.checked_mul(one.digits);
        Some(Self { digits: at(self)?.checked_add(at(other)?)?, behind })
    }

    fn value(&self) -> Option<Value> {
        if self.behind == 0 {
            return Some(self.digits.into());
        }
        Value::from_json_str(&format!("{}e-{}", self.digits, self.behind)).ok()
    }
}

/// `sum(numbers)`
pub(super) fn sum(given: &[Value]) -> Result<Value> {
    let numbers: Vec<&Value> = match given {
        [Value::Array(all)] => all.iter().collect(),
        [Value::Set(all)] => all.iter().collect(),
        _ => bail!("`sum` requires array/set argument"),
    };
    if let Some(other) = numbers.iter().find(|number| number.as_number().is_err()) {
        bail!("`sum` requires numeric argument. Got `{other}` instead");
    }
    let exact = numbers.iter().try_fold(Decimal::ZERO, |sum, number| sum.add(&Decimal::parse(&number.to_string())?));
    match exact.and_then(|sum| sum.value()) {
        Some(sum) => Ok(sum),
        None => bail!("`sum` of numbers that are too long"),
    }
}
