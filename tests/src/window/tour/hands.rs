//! One set of verbs for two ways of doing things: with the mouse, and with the keyboard alone.

use super::super::{Error, Key, Outcome, Window, control};

/// What the visitor works with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hands {
    Mouse,
    /// Not one click: Tab, arrows, Enter, the space bar, shortcuts and the palette.
    Keyboard,
}

/// A place of the navigation: its entry, its keys, and its name in the palette.
#[derive(Clone, Copy, Debug)]
pub struct Destination {
    pub entry: &'static str,
    pub keys: &'static str,
    pub name: &'static str,
}

pub const APPLICATIONS: Destination = Destination {
    entry: "go-applications",
    keys: "ga",
    name: "Applications",
};
pub const CUSTOMERS: Destination = Destination {
    entry: "go-customers",
    keys: "gc",
    name: "Customers",
};
pub const ADMIN: Destination = Destination {
    entry: "go-admin",
    keys: "gd",
    name: "Admin",
};
pub const PRODUCTS: Destination = Destination {
    entry: "go-products",
    keys: "gp",
    name: "Products",
};
pub const COUNTER: Destination = Destination {
    entry: "go-counter",
    keys: "gb",
    name: "Cash",
};
pub const SYNC: Destination = Destination {
    entry: "go-sync",
    keys: "gs",
    name: "Payments",
};
pub const ATTENTION: Destination = Destination {
    entry: "go-attention",
    keys: "gn",
    name: "Needs attention",
};
pub const REPORTS: Destination = Destination {
    entry: "go-reports",
    keys: "gr",
    name: "Reports",
};

/// A page has far fewer stops than this; whoever needs more goes round in circles.
const STEPS: usize = 160;

impl Hands {
    /// Presses a button or follows a link.
    pub async fn press(self, window: &Window, place: &str) -> Outcome<()> {
        match self {
            Hands::Mouse => window.at(place).await?.click().await,
            Hands::Keyboard => {
                reach(window, place).await?;
                window.press(Key::Enter).await
            }
        }
    }

    /// Ticks a box, or takes the tick away.
    pub async fn tick(self, window: &Window, place: &str) -> Outcome<()> {
        match self {
            Hands::Mouse => window.at(place).await?.click().await,
            Hands::Keyboard => {
                reach(window, place).await?;
                window.press(' ').await
            }
        }
    }

    /// Types into a field in the place of what it holds.
    pub async fn fill(self, window: &Window, place: &str, text: &str) -> Outcome<()> {
        match self {
            Hands::Mouse => window.at(place).await?.fill(text).await,
            Hands::Keyboard => {
                reach(window, place).await?;
                window.press(control('a')).await?;
                window.type_in(text).await
            }
        }
    }

    /// Chooses an option of a list by the words it shows.
    pub async fn choose(self, window: &Window, place: &str, option: &str) -> Outcome<()> {
        match self {
            Hands::Mouse => window.choose(place, option).await,
            Hands::Keyboard => {
                reach(window, place).await?;
                for _ in 0..STEPS {
                    if window.chosen_at(place).await? == option {
                        return Ok(());
                    }
                    window.press(Key::Down).await?;
                }
                Err(Error::Unexpected(format!(
                    "{place} has no “{option}” below what it shows"
                )))
            }
        }
    }

    /// Picks one of a few: `field-<name>-<value>`.
    pub async fn pick(self, window: &Window, name: &str, value: &str) -> Outcome<()> {
        let place = format!("field-{name}-{value}");
        match self {
            Hands::Mouse => window.at(&place).await?.click().await,
            Hands::Keyboard => {
                // Tab stops at the one that is checked; the arrows go to the others.
                reach(window, &format!("field-{name} :checked")).await?;
                reach_by(window, &place, Key::Down, async || {
                    window.is_focused(&place).await
                })
                .await
            }
        }
    }

    /// Turns to a tab.
    pub async fn turn_to(self, window: &Window, tab: &str) -> Outcome<()> {
        let place = format!("tab-{tab}");
        match self {
            Hands::Mouse => window.at(&place).await?.click().await,
            Hands::Keyboard => {
                reach(window, "[role=tab][tabindex='0']").await?;
                reach_by(window, &place, Key::Right, async || {
                    window.is_focused(&place).await
                })
                .await
            }
        }
    }

    /// Goes to a page of the navigation.
    pub async fn go(self, window: &Window, to: Destination) -> Outcome<()> {
        match self {
            Hands::Mouse => self.press(window, to.entry).await,
            // While a field has the focus, letters are text; the palette opens all the same.
            Hands::Keyboard if window.is_typing().await? => run(window, to.name).await,
            Hands::Keyboard => window.type_in(to.keys).await,
        }
    }

    pub async fn begin_application(self, window: &Window) -> Outcome<()> {
        match self {
            Hands::Mouse => {
                self.press(window, APPLICATIONS.entry).await?;
                self.press(window, "new-application").await
            }
            Hands::Keyboard if window.is_typing().await? => run(window, "New application").await,
            Hands::Keyboard => window.press('n').await,
        }
    }

    pub async fn sign_out(self, window: &Window) -> Outcome<()> {
        self.of_the_account(window, "sign-out", "Sign out").await
    }

    /// What concerns one's own account: an action by its id and its words.
    pub async fn of_the_account(self, window: &Window, id: &str, words: &str) -> Outcome<()> {
        match self {
            Hands::Mouse => {
                self.press(window, "user-menu").await?;
                self.press(window, &format!("menu-{id}")).await
            }
            Hands::Keyboard => run(window, words).await,
        }
    }

    /// Closes the user menu without choosing anything.
    pub async fn close_menu(self, window: &Window) -> Outcome<()> {
        match self {
            Hands::Mouse => self.press(window, "user-menu").await,
            Hands::Keyboard => window.press(Key::Escape).await,
        }
    }

    pub async fn open_palette(self, window: &Window) -> Outcome<()> {
        match self {
            Hands::Mouse => self.press(window, "open-palette").await,
            Hands::Keyboard => window.press(control('k')).await,
        }
    }

    pub async fn open_help(self, window: &Window) -> Outcome<()> {
        match self {
            Hands::Mouse => self.press(window, "open-help").await,
            Hands::Keyboard => window.press('?').await,
        }
    }

    /// Closes the dialog without doing anything.
    pub async fn close_dialog(self, window: &Window) -> Outcome<()> {
        match self {
            Hands::Mouse => self.press(window, "dialog-close").await,
            Hands::Keyboard => window.press(Key::Escape).await,
        }
    }
}

/// Does something by its name in the palette.
async fn run(window: &Window, name: &str) -> Outcome<()> {
    window.press(control('k')).await?;
    window.at("dialog-palette").await?;
    window.type_in(name).await?;
    window
        .reads(".palette__option[aria-selected=true] .palette__words", name)
        .await?;
    window.press(Key::Enter).await
}

/// Presses Tab until what stands at the place has the focus. What Tab never reaches nobody
/// without a mouse can use.
async fn reach(window: &Window, place: &str) -> Outcome<()> {
    // It must be there before the walk, else the walk goes round a page that is still coming.
    window.at(place).await?;
    reach_by(window, place, Key::Tab, async || {
        window.is_focused(place).await
    })
    .await
}

async fn reach_by(
    window: &Window,
    place: &str,
    key: Key,
    is_there: impl AsyncFn() -> Outcome<bool>,
) -> Outcome<()> {
    for _ in 0..STEPS {
        if is_there().await? {
            return Ok(());
        }
        window.press(key.clone()).await?;
    }
    Err(Error::Unexpected(format!(
        "{STEPS} keys did not reach “{place}”"
    )))
}
