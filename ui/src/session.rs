//! Who sits at the desk. Pages inside the frame may rely on it: `use_desk()`.

use domain::account::Role;
use domain::money::Currency;
use domain::view::{SessionView, StoreView};
use std::rc::Rc;
use yew::prelude::*;

/// The signed-in person and the branch, as the program told them. The page decides nothing by
/// it: it only spares people buttons that would be refused.
#[derive(Clone, PartialEq)]
pub struct Desk(pub Rc<SessionView>);

impl Desk {
    pub fn is_admin(&self) -> bool {
        self.0.role == Role::Admin
    }
}

impl std::ops::Deref for Desk {
    type Target = SessionView;
    fn deref(&self) -> &SessionView {
        &self.0
    }
}

/// The session of the frame this page stands in.
#[hook]
pub fn use_desk() -> Desk {
    use_context::<Desk>().expect("the page stands inside the frame, where somebody is signed in")
}

/// The branch's one currency.
#[hook]
pub fn use_currency() -> Currency {
    use_desk().currency
}

/// What the store says of itself before anybody signs in, and the way to say that the session
/// has changed.
#[derive(Clone, PartialEq)]
pub struct Entrance {
    pub store: Rc<StoreView>,
    /// Somebody signed in.
    pub entered: Callback<SessionView>,
    /// Signed out, or the session ended.
    pub left: Callback<()>,
    /// The store may look different now: its first admin signed up.
    pub look_again: Callback<()>,
}

#[hook]
pub fn use_entrance() -> Entrance {
    use_context::<Entrance>().expect("the page stands inside App")
}
