//! Stores for measuring are stores like any other: they prove, and go on where they stopped.

use crate::branch::Folder;
use engine::clock::Clock;
use engine::demo::PASSPHRASE;
use engine::demo::fill::{Size, fill, line_id};
use engine::engine::Reading;
use engine::verify::verify;

const SIZE: Size = Size {
    applications: 200,
    transactions: 300,
};

async fn events(folder: &Folder) -> u64 {
    let reading = Reading::open(folder.path(), PASSPHRASE, &Clock::System)
        .await
        .unwrap();
    let mut connection = reading.reader.pool.acquire().await.unwrap();
    let report = verify(&mut connection, &reading.reader.store_key).await;
    assert!(report.clean(), "{:#?}", report.findings);
    report.events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_filled_store_proves_and_a_filling_goes_on_where_it_stopped() {
    let whole = Folder::new();
    let mut told = Vec::new();
    fill(whole.path(), SIZE, |done, all| told.push((done, all)))
        .await
        .unwrap();
    assert_eq!(told.last(), Some(&(350, 350)));
    let reading = Reading::open(whole.path(), PASSPHRASE, &Clock::System)
        .await
        .unwrap();
    let line = reading
        .reader
        .line(&reading.viewer, line_id(0))
        .await
        .unwrap();
    assert_eq!(
        line.movements.len(),
        200,
        "the page shows the newest of a long history"
    );
    let after_all = events(&whole).await;

    // Cut off while it is under way, then gone on with: the same store.
    let parted = Folder::new();
    let half = Size {
        applications: 120,
        transactions: 0,
    };
    fill(parted.path(), half, |_, _| {}).await.unwrap();
    fill(parted.path(), SIZE, |_, _| {}).await.unwrap();
    assert_eq!(events(&parted).await, after_all);
    // Once more changes nothing.
    fill(parted.path(), SIZE, |_, _| {}).await.unwrap();
    assert_eq!(events(&parted).await, after_all);
}
