//! One module a page; each page's root carries `data-testid="page-<name>"`.

pub mod admin;
pub mod applications;
pub mod attention;
pub mod counter;
pub mod create;
pub mod customer;
pub mod customers;
pub mod details;
pub mod door;
pub mod login;
pub mod products;
pub mod reports;
pub mod sync;
