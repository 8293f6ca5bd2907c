//! Input that nobody wrote, at what reads it: answers of the network, an exported log, a backup, and
//! commands and questions that go through to a store. Whatever arrives is read or refused; nothing panics,
//! no message shows the program's inside, and the store proves afterwards.
//!
//! The bridge's own reading, `post` files, `quote` files and the words of `what-if` are thrown at where they
//! are read, in src-tauri. Nothing of the program reads CSV or XLSX: it only writes them.

use domain::date::UtcMillis;
use domain::ids::{LineId, MovementId};
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use domain::what_if::WhatIfQuery;
use engine::answers::{self, Arrived};
use engine::backup::{backup, restore};
use engine::clock::Clock;
use engine::store::STORE_FILE;
use serde_json::Value;
use stories::branch::paper::*;
use stories::branch::{self, Branch, Folder, PASSPHRASE};
use stories::garble::{Measure, examples, internals_in, throw_at};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

#[test]
fn garbled_answers_of_the_network_are_evidence_or_doubt() {
    let examples = examples(&["network"]);
    let date = "2026-03-04".parse().unwrap();
    let mut readable = 0;
    throw_at(
        "network JSON",
        &examples,
        8_000,
        Measure::ThisThread,
        |bytes| {
            for status in [200, 201, 429] {
                let retry_after = (bytes.len() % 3 == 0).then(|| String::from_utf8_lossy(bytes));
                let arrived = Arrived {
                    status,
                    retry_after: retry_after.as_deref(),
                    date: retry_after.as_deref(),
                    body: Ok(bytes),
                };
                let posted = answers::posted(&arrived);
                readable +=
                    usize::from(matches!(posted, domain::transfer::PostAnswer::Transfer(_)));
                let unread = [
                    answers::looked_up(&arrived).err(),
                    answers::events(&arrived).err(),
                    answers::statement(&arrived, date).err(),
                ];
                readable += unread.iter().filter(|unread| unread.is_none()).count();
                for unanswered in unread.into_iter().flatten() {
                    assert_eq!(internals_in(unanswered.reason), None);
                }
            }
        },
    );
    // Not everything was refused: what is thrown still looks like answers.
    assert!(readable > 100, "{readable}");
}

/// A branch in the time and with the things that the examples speak of.
async fn a_branch_of_the_examples() -> (Branch, Vec<(String, String)>) {
    let folder = Folder::new();
    let mut options = branch::options(folder.path(), None);
    // 2 March 2026, in the morning.
    options.clock = Clock::set_to(UtcMillis(1_772_458_000_000));
    let branch = Branch::found_with(folder, options).await;
    let (customer_id, account_id) = branch.customer(7).await;
    let line_id = branch.open_line(customer_id, 2_000_000).await;
    let draw = MovementId(uuid::Uuid::now_v7());
    branch
        .done(
            &branch.sam,
            draw_to_bank(
                line_id,
                draw,
                40_000,
                account_id,
                domain::command::Speed::Standard,
            ),
        )
        .await;
    let cash = MovementId(uuid::Uuid::now_v7());
    branch
        .done(&branch.sam, draw_cash(line_id, cash, 90_000))
        .await;
    let named = [
        line_id.to_string(),
        draw.to_string(),
        customer_id.to_string(),
        account_id.to_string(),
        branch.product_id.to_string(),
        branch.sam.user_id.to_string(),
    ];
    let example = |number: usize| format!("01890a5d-ac96-774b-bcce-b302099a80{number:02}");
    let names = named.into_iter().enumerate();
    let names = names.map(|(place, id)| (example(place + 1), id)).collect();
    (branch, names)
}

fn renamed(examples: Vec<Vec<u8>>, names: &[(String, String)]) -> Vec<Vec<u8>> {
    let rename = |example: Vec<u8>| {
        let mut text = String::from_utf8(example).unwrap();
        for (from, to) in names {
            text = text.replace(from, to);
        }
        text.into_bytes()
    };
    examples.into_iter().map(rename).collect()
}

/// Not "broken", and no word of the inside.
fn answers_like_the_program(error: &ApiError) {
    let broken = [
        FaultCode::Broken,
        FaultCode::OutcomeUnknown,
        FaultCode::StoreUnavailable,
    ];
    let broken = broken.map(ErrorCode::Fault);
    assert!(!broken.contains(&error.code), "{error:?}");
    assert_eq!(internals_in(&error.message), None, "{error:?}");
}

#[test]
fn garbled_commands_are_carried_out_or_refused_and_the_store_proves() {
    let runtime = runtime();
    let (branch, names) = runtime.block_on(a_branch_of_the_examples());
    let examples = renamed(examples(&["commands"]), &names);
    let people = [branch.sam.user_id, branch.ada.user_id, branch.boris.user_id];
    let (mut read, mut done) = (0, 0);
    throw_at(
        "commands at the store",
        &examples,
        1_500,
        Measure::TheClock,
        |bytes| {
            let Ok(input) = serde_json::from_slice::<Value>(bytes) else {
                return;
            };
            let submission = match branch::read_submission(&branch.engine, input) {
                Ok(submission) => submission,
                Err(error) => return answers_like_the_program(&error),
            };
            read += 1;
            let by = people[bytes.len() % people.len()];
            let given = branch
                .engine
                .give_command(by, branch::new_id(), submission.command);
            match runtime.block_on(given) {
                Ok(_) => done += 1,
                Err(error) => answers_like_the_program(&error),
            }
        },
    );
    assert!(
        read > 150 && done > 20,
        "{read} could be read, {done} were done"
    );
    runtime.block_on(async {
        branch.verify_clean().await;
        branch.engine.stop().await;
    });
}

#[test]
fn garbled_suppositions_are_answered_or_refused() {
    let runtime = runtime();
    let (branch, names) = runtime.block_on(a_branch_of_the_examples());
    let line_id: LineId = names[0].1.parse().unwrap();
    let today = runtime.block_on(branch.today());
    let examples: Vec<Vec<u8>> = examples(&["bridge"])
        .into_iter()
        .filter(|example| serde_json::from_slice::<WhatIfQuery>(example).is_ok())
        .collect();
    let mut answered = 0;
    throw_at(
        "what-if queries",
        &examples,
        400,
        Measure::TheClock,
        |bytes| {
            let Ok(mut query) = serde_json::from_slice::<WhatIfQuery>(bytes) else {
                return;
            };
            query.line_id = line_id;
            match runtime.block_on(branch.engine.reader().what_if(&query, today)) {
                Ok(_) => answered += 1,
                Err(error) => answers_like_the_program(&error.into()),
            }
        },
    );
    assert!(answered > 10, "{answered}");
    runtime.block_on(branch.engine.stop());
}

/// An edited log is never believed: what passes as proven says what was written.
#[test]
fn a_garbled_log_is_not_taken_for_the_one_that_was_written() {
    let runtime = runtime();
    let (branch, _) = runtime.block_on(a_branch_of_the_examples());
    let mut log = Vec::new();
    let exported = runtime
        .block_on(engine::export::export(branch.folder(), &mut log))
        .unwrap();
    runtime.block_on(branch.engine.stop());
    let key = auditor::PublicKey::from_hex(&exported.public_key).unwrap();
    assert!(auditor::audit(&log[..], &key).unwrap().clean());
    let events = |bytes: &[u8]| -> Vec<Value> {
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let values = lines.map(|line| serde_json::from_slice::<Value>(line).unwrap());
        values.filter(|value| value["event"].is_object()).collect()
    };
    let written = events(&log);
    let mut believed = 0;
    throw_at("exported log", &[log], 400, Measure::ThisThread, |bytes| {
        // Bytes that are no text end the reading with an error of the file's.
        let Ok(report) = auditor::audit(bytes, &key) else {
            return;
        };
        for finding in &report.findings {
            assert_eq!(internals_in(finding), None, "{finding}");
        }
        if report.clean() {
            believed += 1;
            assert!(written.starts_with(&events(bytes)), "an edited log passed");
        }
    });
    assert!(believed > 0, "not even the log itself");
}

/// A backup with bytes changed: what is restored was proven, and what is not leaves no store.
#[test]
fn a_garbled_backup_is_proven_or_not_restored() {
    let runtime = runtime();
    let home = tempfile::tempdir().unwrap();
    let kept = home.path().join("kept.backup");
    let made = runtime.block_on(async {
        let (branch, _) = a_branch_of_the_examples().await;
        let made = backup(branch.folder(), &kept).await.unwrap();
        branch.engine.stop().await;
        made
    });
    let whole = std::fs::read(&kept).unwrap();
    // The header by itself, too, so that what is thrown often strikes there.
    let examples = [whole.clone(), whole[..100].to_vec()];
    let (mut number, mut restored) = (0, 0);
    throw_at("backup file", &examples, 120, Measure::TheClock, |bytes| {
        number += 1;
        let thrown = home.path().join("thrown.backup");
        let mut file = bytes.to_vec();
        if bytes.len() <= 200 {
            // A garbled header before an honest rest.
            file.extend_from_slice(&whole[bytes.len().min(whole.len())..]);
        }
        std::fs::write(&thrown, &file).unwrap();
        let target = home.path().join("restored");
        match runtime.block_on(restore(&thrown, &target, PASSPHRASE, false)) {
            Ok(copied) => {
                restored += 1;
                assert_eq!(
                    (&copied.store_id, copied.last_seq),
                    (&made.store_id, made.last_seq)
                );
            }
            Err(error) => {
                let told = error.to_string();
                assert_eq!(internals_in(&told), None, "{told}");
                assert!(!target.join(STORE_FILE).exists(), "{told}");
            }
        }
        let _ = std::fs::remove_dir_all(&target);
    });
    assert!(restored > 0 && restored < number, "{restored} of {number}");
}
