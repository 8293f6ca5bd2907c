//! An exact amount of money: a fraction of minor units.

use crate::money::{Currency, Minor, Overflow};

/// A fraction of minor units in lowest terms, its denominator positive. Interest is one of these
/// until it posts.
///
/// 128 bits hold every legal input: an amount below 2^63, a rate below 10^9 millionths of a
/// percent and 117,243 days make less than 2^111, and the denominators of one accrual divide one
/// common number below 2^64. What would not fit is [`Overflow`], never a wrong sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Exact {
    numerator: i128,
    denominator: i128,
}

impl Exact {
    pub const ZERO: Exact = Exact {
        numerator: 0,
        denominator: 1,
    };

    /// `numerator` / `denominator`; a denominator that is not positive is an overflow of the
    /// caller's own making.
    pub fn new(numerator: i128, denominator: i128) -> Result<Exact, Overflow> {
        if denominator <= 0 {
            return Err(Overflow);
        }
        let divisor = gcd(numerator.unsigned_abs(), denominator.unsigned_abs());
        let divisor = i128::try_from(divisor).map_err(|_| Overflow)?;
        Ok(Exact {
            numerator: numerator / divisor,
            denominator: denominator / divisor,
        })
    }

    pub fn plus(self, other: Exact) -> Result<Exact, Overflow> {
        let divisor = gcd(
            self.denominator.unsigned_abs(),
            other.denominator.unsigned_abs(),
        );
        let divisor = i128::try_from(divisor).map_err(|_| Overflow)?;
        let common = (self.denominator / divisor)
            .checked_mul(other.denominator)
            .ok_or(Overflow)?;
        let scaled = |exact: Exact| exact.numerator.checked_mul(common / exact.denominator);
        let numerator = scaled(self)
            .zip(scaled(other))
            .and_then(|(one, two)| one.checked_add(two))
            .ok_or(Overflow)?;
        Exact::new(numerator, common)
    }

    pub fn minus(self, other: Exact) -> Result<Exact, Overflow> {
        let numerator = other.numerator.checked_neg().ok_or(Overflow)?;
        self.plus(Exact { numerator, ..other })
    }

    pub fn sum(amounts: impl IntoIterator<Item = Exact>) -> Result<Exact, Overflow> {
        amounts.into_iter().try_fold(Exact::ZERO, Exact::plus)
    }

    pub fn is_zero(self) -> bool {
        self.numerator == 0
    }

    /// Half-up to the minor unit: the one rounding there is, done when interest posts.
    pub fn rounded(self) -> Result<Minor, Overflow> {
        let whole = self.numerator.div_euclid(self.denominator);
        let rest = self.numerator.rem_euclid(self.denominator);
        let up = i128::from(rest >= self.denominator - rest);
        i64::try_from(whole + up).map(Minor).map_err(|_| Overflow)
    }

    /// In whole units of the currency: "60.00", "3.1875", "116.8333…". All of it, with at least
    /// the currency's own decimals, where the decimal ends; where it does not, cut (not rounded)
    /// two places behind the minor unit, with an ellipsis.
    pub fn decimal(self, currency: Currency) -> String {
        let exponent = usize::from(currency.exponent());
        let (numerator, denominator) = (
            self.numerator.unsigned_abs(),
            self.denominator.unsigned_abs(),
        );
        let endless = without(without(denominator, 2), 5) != 1;
        let mut digits = format!("{:0>width$}", numerator / denominator, width = exponent + 1);
        let point = digits.len() - exponent;
        let mut rest = numerator % denominator;
        while rest != 0 && !(endless && digits.len() == point + exponent + 2) {
            // A denominator stays below 2^64, so ten times the rest cannot overflow.
            rest = rest.saturating_mul(10);
            digits.push_str(&(rest / denominator).to_string());
            rest %= denominator;
        }
        let mut text = String::new();
        if self.numerator < 0 {
            text.push('-');
        }
        let (whole, fraction) = digits.split_at(point);
        text.push_str(whole);
        if !fraction.is_empty() {
            text.push('.');
            text.push_str(fraction);
        }
        if endless {
            text.push('…');
        }
        text
    }
}

fn gcd(mut one: u128, mut two: u128) -> u128 {
    while two != 0 {
        (one, two) = (two, one % two);
    }
    one.max(1)
}

fn without(mut number: u128, factor: u128) -> u128 {
    while number.is_multiple_of(factor) && number != 0 {
        number /= factor;
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(numerator: i128, denominator: i128) -> Exact {
        Exact::new(numerator, denominator).unwrap()
    }

    #[test]
    fn nothing_is_zero_however_it_came_about() {
        let third = Exact::new(1, 3).unwrap();
        assert!(third.minus(third).unwrap().is_zero() && Exact::ZERO.is_zero());
        assert!(!third.is_zero());
    }

    #[test]
    fn ties_are_rounded_up_and_only_ties() {
        for (numerator, denominator, expected) in [
            (1, 2, 1),
            (3, 2, 2),
            (49_999_999, 100_000_000, 0),
            (50_000_000, 100_000_000, 1),
            (-1, 2, 0),
            (-3, 2, -1),
            (-51, 100, -1),
            (0, 7, 0),
            (14, 7, 2),
        ] {
            let rounded = exact(numerator, denominator).rounded();
            assert_eq!(rounded, Ok(Minor(expected)), "{numerator}/{denominator}");
        }
        assert_eq!(exact(i128::MAX, 2).rounded(), Err(Overflow));
    }

    #[test]
    fn sums_are_exact_or_refused() {
        let third = exact(1, 3);
        assert_eq!(Exact::sum([third, third, third]), Ok(exact(1, 1)));
        assert_eq!(exact(1, 365).plus(exact(1, 366)), Ok(exact(731, 133_590)));
        assert_eq!(exact(i128::MAX, 1).plus(exact(1, 1)), Err(Overflow));
        assert_eq!(
            exact(1, i128::MAX).plus(exact(1, i128::MAX - 1)),
            Err(Overflow)
        );
        assert_eq!(Exact::new(1, 0), Err(Overflow));
    }

    #[test]
    fn decimals_end_or_say_that_they_do_not() {
        for (currency, numerator, denominator, expected) in [
            ("USD", 0, 1, "0.00"),
            ("USD", 6_000, 1, "60.00"),
            ("USD", 5, 1, "0.05"),
            ("USD", 610, 4, "1.525"),
            ("USD", 1_275, 4, "3.1875"),
            ("USD", 35_050, 3, "116.8333…"),
            ("USD", 1, 3, "0.0033…"),
            ("USD", 1, 30_000, "0.0000…"),
            ("USD", 1, 1 << 20, "0.0000000095367431640625"),
            ("USD", -1_275, 4, "-3.1875"),
            ("JPY", 1, 2, "0.5"),
            ("JPY", 7, 1, "7"),
            ("JPY", 1, 3, "0.33…"),
            ("KWD", 1, 2, "0.0005"),
            ("KWD", 1, 7, "0.00014…"),
        ] {
            let shown = exact(numerator, denominator).decimal(currency.parse().unwrap());
            assert_eq!(shown, expected, "{numerator}/{denominator}");
        }
    }
}
