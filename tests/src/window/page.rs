//! Looking at the page, and acting on what is found by its role and name.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Value, json};
use thirtyfour::WebElement;

use super::{Error, Outcome, Window};

/// How long the page may take to come to a state that it must come to.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// The visible elements that a selector names, within the topmost dialog while one is open.
const AT: &str = "const at = (selector) => {
    const dialogs = document.querySelectorAll('dialog:modal');
    const scope = dialogs.length > 0 ? dialogs[dialogs.length - 1] : document;
    const found = [...scope.querySelectorAll(selector)];
    if (scope !== document && scope.matches(selector)) found.push(scope);
    return found.filter((element) => element.checkVisibility());
};";

/// An element of the page with the words it was found by.
#[derive(Clone, Debug)]
pub struct Found {
    element: WebElement,
    said: String,
}

/// One rule of axe-core that the page breaks, and where.
#[derive(Clone, Debug, Deserialize)]
pub struct Violation {
    pub rule: String,
    pub impact: String,
    pub help: String,
    pub places: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} ({}): {}", self.rule, self.impact, self.help)?;
        self.places
            .iter()
            .try_for_each(|place| write!(out, "\n    {place}"))
    }
}

impl Window {
    /// The one element with this role and accessible name, as soon as it is there. Two of them are
    /// an error: a person could not tell them apart either.
    pub async fn find(&self, role: &str, name: &str) -> Outcome<Found> {
        let said = format!("{role} “{name}”");
        let element = self
            .until(&said, async || {
                let mut elements = self.matching(role, Some(name)).await?;
                match elements.len() {
                    0 => Ok(Err("none".to_owned())),
                    1 => Ok(Ok(elements.remove(0))),
                    count => Ok(Err(format!("{count} of them"))),
                }
            })
            .await?;
        Ok(Found { element, said })
    }

    /// The field with this label, whatever kind of field it is.
    pub async fn field(&self, label: &str) -> Outcome<Found> {
        const ROLES: [&str; 6] = [
            "textbox",
            "combobox",
            "searchbox",
            "spinbutton",
            "checkbox",
            "radio",
        ];
        let said = format!("field “{label}”");
        let element = self
            .until(&said, async || {
                let mut elements = Vec::new();
                for role in ROLES {
                    elements.extend(self.matching(role, Some(label)).await?);
                }
                match elements.len() {
                    0 => Ok(Err("none".to_owned())),
                    1 => Ok(Ok(elements.remove(0))),
                    count => Ok(Err(format!("{count} of them"))),
                }
            })
            .await?;
        Ok(Found { element, said })
    }

    /// The one visible element at this place: the `data-testid`s of what it is in and of itself,
    /// outermost first, or a class, an attribute or a state as a selector has it. While a dialog is open, only what it holds.
    pub async fn at(&self, place: &str) -> Outcome<Found> {
        let said = format!("element at “{place}”");
        let element = self
            .until(&said, async || {
                let mut elements = self.all_at(place).await?;
                match elements.len() {
                    0 => Ok(Err("none".to_owned())),
                    1 => Ok(Ok(elements.remove(0))),
                    count => Ok(Err(format!("{count} of them"))),
                }
            })
            .await?;
        Ok(Found { element, said })
    }

    /// How many visible elements stand at this place now.
    pub async fn count_at(&self, place: &str) -> Outcome<usize> {
        Ok(self.all_at(place).await?.len())
    }

    /// The words of every visible element at this place.
    async fn words_at(&self, place: &str) -> Outcome<Vec<String>> {
        let script = format!("{AT} return at(arguments[0]).map((element) => element.innerText)");
        let said = self
            .driver
            .execute(script, vec![json!(selector(place))])
            .await?;
        Ok(said.convert()?)
    }

    async fn all_at(&self, place: &str) -> Outcome<Vec<WebElement>> {
        let script = format!("{AT} return at(arguments[0])");
        let found = self
            .driver
            .execute(script, vec![json!(selector(place))])
            .await?;
        Ok(found.elements()?)
    }

    /// Whether letters would be typed into a field now.
    pub async fn is_typing(&self) -> Outcome<bool> {
        let script = "return document.activeElement?.matches('input, textarea, select') === true";
        let answer = self.driver.execute(script, vec![]).await?;
        Ok(answer.json() == &Value::Bool(true))
    }

    /// Waits until everything that was asked for has come, and no skeleton stands for it.
    pub async fn has_loaded(&self) -> Outcome<()> {
        let script = "return [...document.querySelectorAll('.pf-v6-c-skeleton, .is-busy')]
            .some((element) => element.checkVisibility())";
        self.until("everything to have come", async || {
            let waiting = self.driver.execute(script, vec![]).await?;
            Ok(if waiting.json() == &Value::Bool(true) {
                Err("the page still waits".to_owned())
            } else {
                Ok(())
            })
        })
        .await
    }

    /// Whether what stands at this place has the keyboard focus.
    pub async fn is_focused(&self, place: &str) -> Outcome<bool> {
        let script = "return document.activeElement?.matches(arguments[0]) === true";
        let answer = self
            .driver
            .execute(script, vec![json!(selector(place))])
            .await?;
        Ok(answer.json() == &Value::Bool(true))
    }

    /// The words of the option that the list at this place shows as chosen.
    pub async fn chosen_at(&self, place: &str) -> Outcome<String> {
        let script = "return document.querySelector(arguments[0])?.selectedOptions[0]?.text ?? ''";
        let chosen = self
            .driver
            .execute(script, vec![json!(selector(place))])
            .await?;
        let chosen: String = chosen.convert()?;
        Ok(chosen.trim().to_owned())
    }

    /// Waits until what stands at this place says exactly these words.
    pub async fn reads(&self, place: &str, words: &str) -> Outcome<()> {
        self.reads_within(PATIENCE, place, words).await
    }

    /// As [`Window::reads`], for what may take longer than a page.
    pub async fn reads_within(&self, patience: Duration, place: &str, words: &str) -> Outcome<()> {
        let wanted = format!("“{words}” at “{place}”");
        self.until_within(patience, &wanted, async || {
            let said = self.words_at(place).await?;
            Ok(match &said[..] {
                [only] if only.trim() == words => Ok(()),
                _ => Err(format!("{said:?}")),
            })
        })
        .await
    }

    /// How many visible elements have this role, and this name if one is given.
    pub async fn count(&self, role: &str, name: Option<&str>) -> Outcome<usize> {
        Ok(self.matching(role, name).await?.len())
    }

    /// Presses the mouse button on it.
    pub async fn click(&self, role: &str, name: &str) -> Outcome<()> {
        self.find(role, name).await?.click().await
    }

    /// Clicks into the field, replaces what it holds by `text`, key by key.
    pub async fn fill(&self, label: &str, text: &str) -> Outcome<()> {
        self.field(label).await?.fill(text).await
    }

    /// Chooses an option of the native select at this place by the words it shows.
    pub async fn choose(&self, place: &str, option: &str) -> Outcome<()> {
        let field = self.at(place).await?;
        let script = "const [select, words] = arguments;
            const option = [...select.options].find((option) => option.text.trim() === words);
            if (!option) return [...select.options].map((option) => option.text.trim());
            select.value = option.value;
            select.dispatchEvent(new Event('input', { bubbles: true }));
            select.dispatchEvent(new Event('change', { bubbles: true }));
            return null;";
        let arguments = vec![field.element.to_json()?, json!(option)];
        match self.driver.execute(script, arguments).await?.json() {
            Value::Null => Ok(()),
            offered => Err(Error::Unexpected(format!(
                "{} offers {offered}, not “{option}”",
                field.said
            ))),
        }
    }

    /// Waits until the page shows these words.
    pub async fn sees(&self, words: &str) -> Outcome<()> {
        self.until(&format!("the words “{words}”"), async || {
            let page = self.text().await?;
            Ok(if page.contains(words) {
                Ok(())
            } else {
                Err("not shown".to_owned())
            })
        })
        .await
    }

    /// Waits until the page shows these words no more.
    pub async fn sees_no_more(&self, words: &str) -> Outcome<()> {
        self.until(&format!("“{words}” to go"), async || {
            let page = self.text().await?;
            Ok(if page.contains(words) {
                Err("still shown".to_owned())
            } else {
                Ok(())
            })
        })
        .await
    }

    /// Waits until the route is this one.
    pub async fn arrives_at(&self, path: &str) -> Outcome<()> {
        self.until(&format!("the route {path}"), async || {
            let here = self.path().await?;
            Ok(if here == path { Ok(()) } else { Err(here) })
        })
        .await
    }

    /// Loads another address, as a link from outside would.
    pub async fn go_to(&self, url: &str) -> Outcome<()> {
        Ok(self.driver.goto(url).await?)
    }

    /// The route that is shown.
    pub async fn path(&self) -> Outcome<String> {
        let path = self
            .driver
            .execute("return location.pathname", vec![])
            .await?;
        Ok(path.convert()?)
    }

    /// What the page shows, as words.
    pub async fn text(&self) -> Outcome<String> {
        let text = self
            .driver
            .execute("return document.body.innerText", vec![])
            .await?;
        // Words broken over lines or held together by a no-break space are the same words.
        let text: String = text.convert()?;
        Ok(text.replace('\u{a0}', " "))
    }

    /// What the page shows and what broke in it, for a message.
    async fn last_words(&self) -> String {
        let shown = self.text().await.unwrap_or_else(|error| error.to_string());
        let script = "return (window.brokenByNow ?? []).join('\\n')";
        let broken = match self.driver.execute(script, vec![]).await {
            Ok(said) => said.convert::<String>().unwrap_or_default(),
            Err(error) => error.to_string(),
        };
        format!("{shown}\nbroken in the page: {broken}")
    }

    /// Asks again and again until `look` gives a value, for as long as the page is given. `look`
    /// answers with the value, or with what it found instead; an error of the driver ends it,
    /// except that of an element that went away between two looks.
    pub async fn until<T>(
        &self,
        wanted: &str,
        look: impl AsyncFn() -> Outcome<Result<T, String>>,
    ) -> Outcome<T> {
        self.until_within(PATIENCE, wanted, look).await
    }

    /// As [`Window::until`], for what may take longer than a page.
    pub async fn until_within<T>(
        &self,
        patience: Duration,
        wanted: &str,
        look: impl AsyncFn() -> Outcome<Result<T, String>>,
    ) -> Outcome<T> {
        let started_at = Instant::now();
        loop {
            let last = match look().await {
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(instead)) => instead,
                Err(Error::Driver(error)) if is_stale(&error) => error.to_string(),
                Err(error) => return Err(error),
            };
            if started_at.elapsed() > patience {
                return Err(Error::TimedOut {
                    wanted: wanted.to_owned(),
                    waited: patience,
                    last,
                    page: self.last_words().await,
                });
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// The rules of accessibility that the page as it stands breaks.
    pub async fn violations(&self) -> Outcome<Vec<Violation>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Answer {
            Violations(Vec<Violation>),
            Error(String),
        }
        self.still().await?;
        self.with_axe().await?;
        let answer = self
            .driver
            .execute_async(include_str!("axe.js"), vec![])
            .await?;
        match answer.convert()? {
            Answer::Violations(violations) => Ok(violations),
            Answer::Error(problem) => Err(Error::Unexpected(format!("axe-core: {problem}"))),
        }
    }

    /// When an element could first be seen, in milliseconds since 1970: to the frame, however long
    /// a look from outside takes.
    pub async fn shown_at_ms(&self, selector: &str) -> Outcome<f64> {
        let said = format!("when {selector} is shown");
        // A script that is asked while the page is only being loaded goes down with what was there
        // before it.
        self.until(&said, async || {
            let answer = self
                .driver
                .execute_async(include_str!("shown.js"), vec![json!(selector), Value::Null])
                .await;
            match answer {
                Ok(answer) => Ok(answer.json().as_f64().ok_or("no time".to_owned())),
                Err(error) => Ok(Err(error.to_string())),
            }
        })
        .await
    }

    /// How many milliseconds after something was pressed an element that was not there is painted.
    pub async fn pressed_until_shown_ms(&self, pressed: &str, selector: &str) -> Outcome<f64> {
        let answer = self
            .driver
            .execute_async(
                include_str!("shown.js"),
                vec![json!(selector), json!(pressed)],
            )
            .await?;
        let took = answer.json().as_f64();
        took.ok_or_else(|| Error::Unexpected(format!("{selector} says no time")))
    }

    /// Waits until nothing on the page moves any more.
    pub async fn still(&self) -> Outcome<()> {
        let answer = self
            .driver
            .execute_async(include_str!("still.js"), vec![])
            .await?;
        match answer.json() {
            Value::Bool(true) => Ok(()),
            problem => Err(Error::Unexpected(format!(
                "the page does not settle: {problem}"
            ))),
        }
    }

    /// Role and accessible name of what has the keyboard focus; both empty when nothing has it.
    pub async fn focused(&self) -> Outcome<(String, String)> {
        self.with_axe().await?;
        let answer = self
            .driver
            .execute(include_str!("focus.js"), vec![])
            .await?;
        Ok(answer.convert()?)
    }

    async fn matching(&self, role: &str, name: Option<&str>) -> Outcome<Vec<WebElement>> {
        self.with_axe().await?;
        let arguments = vec![json!(role), json!(name)];
        let found = self
            .driver
            .execute(include_str!("find.js"), arguments)
            .await?;
        Ok(found.elements()?)
    }

    /// axe-core works out names and roles, and finds violations. It is put into the page from
    /// outside, once for each document: the program itself carries no test code.
    async fn with_axe(&self) -> Outcome<()> {
        let there = self
            .driver
            .execute("return typeof axe === 'object'", vec![])
            .await?;
        if there.json() == &Value::Bool(true) {
            return Ok(());
        }
        // What breaks in the page from here on is told with whatever does not come because of it.
        let listen = "window.brokenByNow = [];
            const note = (words) => window.brokenByNow.push(String(words));
            window.addEventListener('error', (event) => note(event.message));
            window.addEventListener('unhandledrejection', (event) => note(event.reason));
            const tell = console.error;
            console.error = (...words) => { note(words.join(' ')); tell(...words); };";
        self.driver.execute(listen, vec![]).await?;
        let source: Arc<str> = std::fs::read_to_string(axe_file())?.into();
        self.driver.execute(source, vec![]).await?;
        Ok(())
    }
}

impl Found {
    /// Presses the mouse button on its middle.
    pub async fn click(&self) -> Outcome<()> {
        // A toast may lie over it for a moment; a person waits until it has gone, too.
        let asked_at = Instant::now();
        loop {
            match self.element.click().await {
                Err(error) if is_covered(&error) && asked_at.elapsed() < PATIENCE => {
                    tokio::time::sleep(PAUSE).await;
                }
                other => return Ok(other?),
            }
        }
    }

    /// Types `text` in the place of what it holds.
    pub async fn fill(&self, text: &str) -> Outcome<()> {
        self.click().await?;
        self.element.clear().await?;
        self.element.send_keys(text).await?;
        let holds = self.element.value().await?.unwrap_or_default();
        if holds.is_empty() && !text.is_empty() {
            return Err(Error::Unexpected(format!(
                "{} took nothing of “{text}”",
                self.said
            )));
        }
        Ok(())
    }

    /// What a field holds.
    pub async fn value(&self) -> Outcome<String> {
        Ok(self.element.value().await?.unwrap_or_default())
    }

    /// Whether it is ticked.
    pub async fn is_ticked(&self) -> Outcome<bool> {
        Ok(self.element.is_selected().await?)
    }

    /// The words it shows.
    pub async fn text(&self) -> Outcome<String> {
        Ok(self.element.text().await?)
    }

    /// Whether it can be used.
    pub async fn is_enabled(&self) -> Outcome<bool> {
        Ok(self.element.is_enabled().await?)
    }
}

fn is_covered(error: &thirtyfour::error::WebDriverError) -> bool {
    use thirtyfour::error::WebDriverErrorInner::ElementClickIntercepted;
    matches!(&**error, ElementClickIntercepted(_))
}

/// "row-1 action-approve .row-link" as a selector.
fn selector(place: &str) -> String {
    let parts = place.split(' ').map(|part| match part {
        raw if raw.starts_with(['.', '[', ':']) => raw.to_owned(),
        id => format!("[data-testid=\"{id}\"]"),
    });
    parts.collect::<Vec<_>>().join(" ")
}

/// The element was there at one look and replaced by the next drawing of the page.
fn is_stale(error: &thirtyfour::error::WebDriverError) -> bool {
    use thirtyfour::error::WebDriverErrorInner::{NoSuchElement, StaleElementReference};
    matches!(&**error, StaleElementReference(_) | NoSuchElement(_))
}

fn axe_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js")
}
