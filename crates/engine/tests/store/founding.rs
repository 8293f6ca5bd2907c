//! The first day of a store.

use crate::branch::{Folder, PASSPHRASE, options};
use domain::date::UtcMillis;
use engine::clock::Clock;
use engine::{Engine, Reading};

/// Late in the evening it is tomorrow already in UTC, and not in the branch.
#[tokio::test]
async fn a_store_founded_in_the_evening_bears_the_date_of_its_branch() {
    let folder = Folder::new();
    let evening: jiff::Timestamp = "2026-11-23T02:45:00Z".parse().unwrap();
    let clock = Clock::set_to(UtcMillis(evening.as_millisecond()));
    let engine = Engine::open(options(folder.path(), &clock)).await.unwrap();
    let shown = engine.store_view().await.unwrap().business_date;
    assert_eq!(shown.to_string(), "2026-11-22");
    engine.stop().await;
    let reading = Reading::open(folder.path(), PASSPHRASE, &clock).await;
    assert_eq!(reading.unwrap().viewer.today, shown);
    // A clock that goes back takes nobody to a day before the one that was worked in.
    clock.set(UtcMillis(evening.as_millisecond() - 3 * 86_400_000));
    let reading = Reading::open(folder.path(), PASSPHRASE, &clock).await;
    assert_eq!(reading.unwrap().viewer.today, shown);
}
