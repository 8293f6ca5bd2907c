//! The keyboard alone: every key goes to what has the focus, as it does at a desk.

use thirtyfour::Key;

use super::{Error, Outcome, Window};

/// A key, with Control held or not.
#[derive(Clone, Copy, Debug)]
pub struct Stroke {
    key: char,
    control: bool,
    shift: bool,
}

/// Control and this key.
pub fn control(key: impl Into<char>) -> Stroke {
    Stroke {
        control: true,
        ..Stroke::from(key.into())
    }
}

impl From<Key> for Stroke {
    fn from(key: Key) -> Self {
        Stroke::from(char::from(key))
    }
}

impl From<char> for Stroke {
    fn from(key: char) -> Self {
        Stroke {
            key,
            control: false,
            shift: false,
        }
    }
}

impl Stroke {
    /// The same with Shift held.
    pub fn shifted(self) -> Self {
        Stroke {
            shift: true,
            ..self
        }
    }
}

impl Window {
    /// Presses and releases a key.
    pub async fn press(&self, stroke: impl Into<Stroke>) -> Outcome<()> {
        let stroke = stroke.into();
        let mut hands = self.driver.action_chain();
        if stroke.control {
            hands = hands.key_down(Key::Control);
        }
        if stroke.shift {
            hands = hands.key_down(Key::Shift);
        }
        hands = hands.key_down(stroke.key).key_up(stroke.key);
        if stroke.shift {
            hands = hands.key_up(Key::Shift);
        }
        if stroke.control {
            hands = hands.key_up(Key::Control);
        }
        Ok(hands.perform().await?)
    }

    /// Types into what has the focus.
    pub async fn type_in(&self, text: &str) -> Outcome<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// Presses Tab until the element with this role and name has the focus. An element that Tab
    /// never reaches is one that nobody without a mouse can use.
    pub async fn tab_to(&self, role: &str, name: &str) -> Outcome<()> {
        // It must be there before the walk, else the walk goes round a page that is still coming.
        self.find(role, name).await?;
        self.walk_to(role, name, Stroke::from(Key::Tab)).await
    }

    /// Presses `stroke` (Tab, an arrow key) until the element with this role and name has the focus.
    pub async fn walk_to(&self, role: &str, name: &str, stroke: Stroke) -> Outcome<()> {
        const STEPS: usize = 150;
        let mut path = Vec::new();
        for _ in 0..STEPS {
            let (found_role, found_name) = self.focused().await?;
            if found_role == role && found_name == name {
                return Ok(());
            }
            path.push(format!("{found_role} “{found_name}”"));
            self.press(stroke).await?;
        }
        // Tab goes round the page: each stop is worth saying once.
        let mut said = std::collections::HashSet::new();
        path.retain(|stop| said.insert(stop.clone()));
        Err(Error::Unexpected(format!(
            "{STEPS} keys did not reach {role} “{name}”; on the way were: {}",
            path.join(", ")
        )))
    }
}
