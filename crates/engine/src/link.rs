//! What the sync job asks of a payments network. The program's is HTTP (`payments.rs`); a test
//! puts a network of its own here and decides what becomes of every request.

use crate::answers::{DayStatement, EventsPage, Unanswered};
use domain::date::BusinessDate;
use domain::transfer::{LookUp, PostAnswer};
use std::future::Future;

pub trait Link: Send + Sync + 'static {
    /// Sends the stored bytes under the stored key, once.
    fn post(&self, key: &str, bytes: Vec<u8>) -> impl Future<Output = PostAnswer> + Send;
    fn look_up(&self, reference: &str) -> impl Future<Output = Result<LookUp, Unanswered>> + Send;
    /// `cursor` is what the page before gave as `next`.
    fn events(
        &self,
        cursor: Option<&str>,
    ) -> impl Future<Output = Result<EventsPage, Unanswered>> + Send;
    fn statement(
        &self,
        date: BusinessDate,
    ) -> impl Future<Output = Result<DayStatement, Unanswered>> + Send;
    /// Whether the network can be reached at all; moves nothing.
    fn reachable(&self) -> impl Future<Output = bool> + Send;
}
