//! Keys pressed one after the other, such as "g a". Pure: the clock comes in as a value.

/// After this long the beginning of a sequence is forgotten.
const PATIENCE_MS: f64 = 1_500.0;

#[derive(Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The keys of the candidate at this place are complete.
    Run(usize),
    /// The beginning of something.
    Wait,
    Nothing,
}

/// What was pressed so far.
#[derive(Default)]
pub struct Sequence {
    keys: String,
    last_ms: f64,
}

impl Sequence {
    /// Adds a key and says what it makes of the candidates.
    pub fn press(&mut self, key: &str, now_ms: f64, candidates: &[&str]) -> Pressed {
        if now_ms - self.last_ms > PATIENCE_MS {
            self.keys.clear();
        }
        self.last_ms = now_ms;
        let continued = if self.keys.is_empty() {
            key.to_owned()
        } else {
            format!("{} {key}", self.keys)
        };
        // A key that continues nothing may still begin something.
        for keys in [continued, key.to_owned()] {
            if let Some(place) = candidates.iter().position(|wanted| *wanted == keys) {
                self.keys.clear();
                return Pressed::Run(place);
            }
            if candidates
                .iter()
                .any(|wanted| wanted.starts_with(&format!("{keys} ")))
            {
                self.keys = keys;
                return Pressed::Wait;
            }
        }
        self.keys.clear();
        Pressed::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const CANDIDATES: &[&str] = &["g a", "g c", "n", "?"];

    fn check(presses: &[(&str, f64)], expected: Pressed) {
        let mut sequence = Sequence::default();
        let mut last = Pressed::Nothing;
        for (key, at_ms) in presses {
            last = sequence.press(key, *at_ms, CANDIDATES);
        }
        assert_eq!(last, expected, "{presses:?}");
    }

    #[test]
    fn sequences() {
        check(&[("n", 0.0)], Pressed::Run(2));
        check(&[("g", 0.0)], Pressed::Wait);
        check(&[("g", 0.0), ("c", 300.0)], Pressed::Run(1));
        check(&[("g", 0.0), ("c", 5_000.0)], Pressed::Nothing);
        check(&[("g", 0.0), ("n", 300.0)], Pressed::Run(2));
        check(&[("g", 0.0), ("g", 300.0), ("a", 600.0)], Pressed::Run(0));
        check(&[("x", 0.0)], Pressed::Nothing);
        check(&[("c", 0.0)], Pressed::Nothing);
    }
}
