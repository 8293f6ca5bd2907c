//! Bugs that tests plant to see whether they are found. They exist in the packages
//! `tests/*-proving` alone: everywhere else [`planted!`] is the word `false`.

/// Whether this bug is planted.
#[macro_export]
macro_rules! planted {
    ($bug:ident) => {{
        #[cfg(proving)]
        let planted = $crate::planted::is_planted($crate::planted::Bug::$bug);
        #[cfg(not(proving))]
        let planted = false;
        planted
    }};
}

#[cfg(proving)]
pub use switched::{Bug, is_planted, plant};

#[cfg(proving)]
mod switched {
    use std::cell::Cell;

    macro_rules! bugs {
        ($($name:ident => $words:literal),* $(,)?) => {
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum Bug { $(#[doc = $words] $name),* }

            impl Bug {
                pub const ALL: &[Bug] = &[$(Bug::$name),*];

                pub fn words(self) -> &'static str {
                    match self { $(Bug::$name => $words),* }
                }
            }
        };
    }

    bugs! {
        SynchronousNormal => "synchronous NORMAL: a commit is not on the disk when it is answered",
        SendBeforeCommit => "the socket opens before the attempt is marked",
        MarkAfterSend => "the attempt is marked after it was sent",
        NewKeyOnRetry => "a repeat is sent under a new key",
        NoUniqueReceipt => "a submission that is sent again is not looked up among the receipts",
        OutcomeAppliedTwice => "the network's settlement is posted each time it is told",
        EventOrderTrusted => "the network's events are taken at their word, in their order",
        ReservationNotReleased => "a rejected draw keeps its reservation",
        UnknownLaundered => "a refused connection turns doubt into not sent",
        ReceiptsNotWritten => "receipts are not written",
        BatchHalfWritten => "a batch is written in two commits",
        AmountNotCompared => "the network's answer is not held against the amount",
        RestoredSendsAtOnce => "a restored backup sends before it has reconciled",
        OnTheirWayIgnored => "the limit ignores draws that are on their way",
        ReturnPostedTwice => "a return is posted each time it is told",
        EmptyLookUpMeansNotSent => "an empty look-up ends doubt: the transfer may be called off",
        SendingLeftAlone => "a transfer found sending at start is taken as never sent",
        OtherBytesOnRetry => "a repeat is sent with other bytes",
        JournalLegLost => "a journal entry loses a leg",
        CursorBeforeFacts => "the cursor moves before what it stands for is recorded",
    }

    thread_local! {
        static PLANTED: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    /// In this thread, from now on.
    pub fn plant(bug: Option<Bug>) {
        PLANTED.with(|planted| planted.set(bug));
    }

    pub fn is_planted(bug: Bug) -> bool {
        PLANTED.with(|planted| planted.get() == Some(bug))
    }
}
