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
