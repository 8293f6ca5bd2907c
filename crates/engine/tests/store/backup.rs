//! Backups: made beside the work, proven, restored without destroying anything.

use crate::branch::{Branch, CASH, Folder, PASSPHRASE, options, sign_in};
use domain::command::*;
use engine::backup::{CopyError, backup, restore};
use engine::clock::Clock;
use engine::store::copies::{connect_copy, connect_source};
use engine::verify::verify;
use engine::{Engine, store};

#[tokio::test]
async fn a_backup_made_during_work_brings_the_branch_back() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let line = branch.line(zoe, 500_000).await;
    branch.draw(line, 50_000, CASH).await;
    let elsewhere = Folder::new();
    let file = elsewhere.path().join("monday.backup");
    let made = backup(&branch.data_dir(), &file).await.unwrap();
    assert!(made.last_seq > 5 && made.bytes > 0, "{made:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // The branch goes on; what comes later is not in the backup.
    branch.repay(line, 20_000).await;
    let again = backup(&branch.data_dir(), &file).await;
    assert!(matches!(again, Err(CopyError::Exists(_))), "{again:?}");

    let restored_dir = elsewhere.path().join("restored");
    let wrong = restore(&file, &restored_dir, "not the passphrase", false).await;
    assert!(
        matches!(wrong, Err(CopyError::WrongPassphrase)),
        "{wrong:?}"
    );
    let restored = restore(&file, &restored_dir, PASSPHRASE, false)
        .await
        .unwrap();
    assert_eq!(
        (restored.last_seq, restored.epoch),
        (made.last_seq, made.epoch + 1)
    );
    assert_eq!(restored.set_aside, None);

    let clock = Clock::set_to(crate::branch::MONDAY);
    let engine = Engine::open(options(&restored_dir, &clock)).await.unwrap();
    let token = sign_in(&engine, "tomas").await;
    let viewer = engine.viewer(&token).await.unwrap();
    let details = engine.reader().line(&viewer, line).await.unwrap();
    assert_eq!(details.row.owed_minor.0, 50_000);
    assert_eq!(details.purpose, "A new roof");
    let key = engine.orders().store_key();
    let mut connection = connect_source(&restored_dir.join(store::STORE_FILE))
        .await
        .unwrap();
    assert_eq!(verify(&mut connection, key).await.findings, vec![]);
    engine.stop().await;
}

#[tokio::test]
async fn restoring_refuses_what_would_destroy_something() {
    let branch = Branch::open().await;
    let zoe = branch.customer("Zoë", "Hill", "123456789").await;
    let file = branch.folder.path().join("backup");
    let made = backup(&branch.data_dir(), &file).await.unwrap();
    let adam = branch.customer("Adam", "Novak", "987654321").await;

    let in_use = restore(&file, &branch.data_dir(), PASSPHRASE, true).await;
    let expected = matches!(in_use, Err(CopyError::Open(store::OpenError::InUse)));
    assert!(expected, "{in_use:?}");
    // Forgotten after the backup was made: the restored store must forget her again.
    let forget = Command::ForgetCustomer(ForgetCustomer {
        customer_id: zoe,
        reason: "Asked for it in writing".to_owned(),
    });
    branch.admin_does(forget).await.unwrap();
    branch.engine.stop().await;
    let (data_dir, clock) = (branch.data_dir(), branch.clock.clone());
    let folder = branch.folder;
    drop(branch.engine);

    let not_empty = restore(&file, &data_dir, PASSPHRASE, false).await;
    assert!(
        matches!(not_empty, Err(CopyError::NotEmpty(_))),
        "{not_empty:?}"
    );
    let nothing = restore(&folder.path().join("nothing"), &data_dir, PASSPHRASE, true).await;
    assert!(matches!(nothing, Err(CopyError::File(..))), "{nothing:?}");
    let garbage = folder.path().join("garbage");
    std::fs::write(&garbage, "not a store at all".repeat(1_000)).unwrap();
    assert!(
        restore(&garbage, &data_dir, PASSPHRASE, true)
            .await
            .is_err()
    );

    let restored = restore(&file, &data_dir, PASSPHRASE, true).await.unwrap();
    assert_eq!(restored.last_seq, made.last_seq);
    let aside = restored.set_aside.unwrap();
    let engine = Engine::open(options(&data_dir, &clock)).await.unwrap();
    let token = sign_in(&engine, "tomas").await;
    let viewer = engine.viewer(&token).await.unwrap();
    let details = engine.reader().customer(&viewer, zoe).await.unwrap();
    assert!(details.row.forgotten, "{details:?}");
    assert!(engine.reader().customer(&viewer, adam).await.is_err());
    let key = engine.orders().store_key();
    let mut connection = connect_source(&data_dir.join(store::STORE_FILE))
        .await
        .unwrap();
    assert_eq!(verify(&mut connection, key).await.findings, vec![]);
    // What was there is all there under its other name.
    let mut connection = connect_source(&aside).await.unwrap();
    assert_eq!(verify(&mut connection, key).await.findings, vec![]);
    let customers = store::copies::forgotten(&mut connection).await.unwrap();
    assert_eq!(customers, [zoe.to_string()]);
    engine.stop().await;
}

#[tokio::test]
async fn an_edited_backup_is_not_restored() {
    let branch = Branch::open().await;
    branch.customer("Zoë", "Hill", "123456789").await;
    let file = branch.folder.path().join("backup");
    backup(&branch.data_dir(), &file).await.unwrap();
    let mut connection = connect_copy(&file).await.unwrap();
    sqlx::query("update users set role = 'admin' where login = 'tomas'")
        .execute(&mut connection)
        .await
        .unwrap();
    store::close(connection).await;
    let target = branch.folder.path().join("restored");
    let refused = restore(&file, &target, PASSPHRASE, false).await;
    assert!(
        matches!(refused, Err(CopyError::NotProven(_))),
        "{refused:?}"
    );
    assert!(!target.join(store::STORE_FILE).exists());
    branch.engine.stop().await;
}
