//! New identities, minted in the page before the first attempt and kept over retries.

use uuid::{Builder, Uuid};

/// A UUID of version 7: `CommandId(mint::new_id())`, `LineId(mint::new_id())`, … Mint an entity's
/// id once per form (`use_state(…)` or `use_memo((), …)`), never per attempt.
pub fn new_id() -> Uuid {
    // The browser's clock is far inside the exact range of a float.
    let now_ms = js_sys::Date::now() as u64;
    let mut random = [0_u8; 10];
    let filled = web_sys::window()
        .and_then(|window| window.crypto().ok())
        .is_some_and(|crypto| crypto.get_random_values_with_u8_array(&mut random).is_ok());
    assert!(filled, "the web view has a random generator");
    Builder::from_unix_timestamp_millis(now_ms, &random).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::new_id;
    use uuid::Version;
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn ids_are_of_version_7_and_never_the_same() {
        let (one, other) = (new_id(), new_id());
        assert_eq!(one.get_version(), Some(Version::SortRand));
        assert_ne!(one, other);
        let (made_s, _) = one.get_timestamp().unwrap().to_unix();
        let now_s = js_sys::Date::now() / 1_000.0;
        assert!(
            (made_s as f64 - now_s).abs() < 5.0,
            "{made_s} is not {now_s}"
        );
    }
}
