//! The draft of an application: what was typed, and the ids under which it will be handed in.
//!
//! Recording the customer and taking the application are two submissions. Their ids are minted
//! with the draft and saved before the first attempt, so that a page that dies between the two
//! goes on where it was: an id handed in twice is answered once.

use super::profile_form::ProfileForm;
use crate::mint::new_id;
use domain::ids::{CommandId, CustomerId, LineId, ProductId};
use domain::intake::MissingItem;
use serde::{Deserialize, Serialize};

/// Under this name the program keeps it for the signed-in person.
pub const NAME: &str = "application";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    #[default]
    Customer,
    Request,
    Review,
}

impl Step {
    pub const ALL: [Step; 3] = [Step::Customer, Step::Request, Step::Review];
}

/// Somebody the branch knows already, as shown when chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownCustomer {
    pub id: CustomerId,
    pub number: String,
    pub name: String,
    pub city: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "who", content = "customer", rename_all = "snake_case")]
pub enum Borrower {
    /// Not chosen yet: the search is shown.
    Nobody,
    Known(KnownCustomer),
    New(Box<ProfileForm>),
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    pub product_id: Option<ProductId>,
    pub amount: String,
    pub purpose: String,
    /// What the customer still has to bring.
    pub missing: Vec<MissingItem>,
}

/// One submission: its id, and whether it may have reached the program already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handing {
    pub id: CommandId,
    pub tried: bool,
}

impl Handing {
    fn fresh() -> Handing {
        Handing {
            id: CommandId(new_id()),
            tried: false,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationDraft {
    pub step: Step,
    pub borrower: Borrower,
    pub request: RequestForm,
    /// The customer's id, should this draft record one.
    pub customer_id: CustomerId,
    pub line_id: LineId,
    pub record: Handing,
    pub take: Handing,
}

impl ApplicationDraft {
    pub fn new() -> ApplicationDraft {
        ApplicationDraft {
            step: Step::Customer,
            borrower: Borrower::Nobody,
            request: RequestForm::default(),
            customer_id: CustomerId(new_id()),
            line_id: LineId(new_id()),
            record: Handing::fresh(),
            take: Handing::fresh(),
        }
    }

    /// Nothing typed and nobody chosen: not worth keeping, nothing to discard.
    pub fn is_blank(&self) -> bool {
        let nobody = match &self.borrower {
            Borrower::Nobody => true,
            Borrower::Known(_) => false,
            Borrower::New(form) => **form == ProfileForm::default(),
        };
        nobody && self.request == RequestForm::default()
    }

    /// After a refusal, or when what was handed in has changed since: the old id stands for the
    /// old content.
    pub fn renew_record(&mut self) {
        self.record = Handing::fresh();
    }

    pub fn renew_take(&mut self) {
        self.take = Handing::fresh();
    }

    pub fn customer_to_apply(&self) -> Option<CustomerId> {
        match &self.borrower {
            Borrower::Known(customer) => Some(customer.id),
            Borrower::Nobody | Borrower::New(_) => None,
        }
    }
}
