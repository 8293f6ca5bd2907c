use super::alert::tone;
use super::{AlertKind, Button, ButtonKind, Icon, IconKind};
use crate::words;
use domain::refusal::ApiError;
use gloo_timers::callback::Timeout;
use std::rc::Rc;
use yew::prelude::*;

#[derive(Clone, PartialEq)]
struct Toast {
    number: u64,
    kind: AlertKind,
    words: AttrValue,
}

#[derive(Clone, Default, PartialEq)]
struct Shown {
    next: u64,
    toasts: Vec<Toast>,
}

enum Act {
    Push(AlertKind, AttrValue),
    Drop(u64),
    Clear,
}

impl Reducible for Shown {
    type Action = Act;
    fn reduce(self: Rc<Self>, act: Act) -> Rc<Self> {
        let mut shown = (*self).clone();
        match act {
            Act::Push(kind, words) => {
                let number = shown.next;
                shown.next += 1;
                shown.toasts.push(Toast {
                    number,
                    kind,
                    words,
                });
                // The oldest makes room: a column of results is not read by anybody.
                if shown.toasts.len() > MOST_AT_ONCE {
                    shown.toasts.remove(0);
                }
            }
            Act::Drop(number) => shown.toasts.retain(|toast| toast.number != number),
            Act::Clear => shown.toasts.clear(),
        }
        Rc::new(shown)
    }
}

const MOST_AT_ONCE: usize = 4;
const SHOWN_MS: u32 = 6_000;
/// Bad news is read more slowly.
const BAD_NEWS_MS: u32 = 15_000;

/// Tells results at the edge of the window: `use_toasts().success("Customer recorded")`.
#[derive(Clone, PartialEq)]
pub struct Toasts(UseReducerDispatcher<Shown>);

impl Toasts {
    pub fn success(&self, words: impl Into<AttrValue>) {
        self.0.dispatch(Act::Push(AlertKind::Success, words.into()));
    }

    pub fn info(&self, words: impl Into<AttrValue>) {
        self.0.dispatch(Act::Push(AlertKind::Info, words.into()));
    }

    /// What was told to one person is not left standing for the next.
    pub fn clear(&self) {
        self.0.dispatch(Act::Clear);
    }

    /// For errors that have no form to stand in.
    pub fn error(&self, error: &ApiError) {
        let (kind, _) = tone(error.code);
        self.0
            .dispatch(Act::Push(kind, error.message.clone().into()));
    }
}

#[hook]
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().expect("the page stands inside ToastProvider")
}

#[derive(Properties, PartialEq)]
pub struct ToastProviderProps {
    pub children: Html,
}

#[component]
pub fn ToastProvider(props: &ToastProviderProps) -> Html {
    let shown = use_reducer(Shown::default);
    let toasts = Toasts(shown.dispatcher());
    let rows = shown.toasts.iter().map(|toast| {
        let on_close = {
            let (dispatcher, number) = (shown.dispatcher(), toast.number);
            Callback::from(move |()| dispatcher.dispatch(Act::Drop(number)))
        };
        html! {
            <li key={toast.number} class="pf-v6-c-alert-group__item">
                <ToastCard kind={toast.kind} words={toast.words.clone()} {on_close} />
            </li>
        }
    });
    html! {
        <ContextProvider<Toasts> context={toasts}>
            { props.children.clone() }
            <ul class="pf-v6-c-alert-group pf-m-toast" role="list" aria-live="polite" aria-atomic="false">
                { for rows }
            </ul>
        </ContextProvider<Toasts>>
    }
}

#[derive(Properties, PartialEq)]
struct ToastCardProps {
    kind: AlertKind,
    words: AttrValue,
    on_close: Callback<()>,
}

#[component]
fn ToastCard(props: &ToastCardProps) -> Html {
    {
        let (on_close, kind) = (props.on_close.clone(), props.kind);
        use_effect_with((), move |()| {
            let shown_ms = match kind {
                AlertKind::Info | AlertKind::Success => SHOWN_MS,
                AlertKind::Warning | AlertKind::Danger => BAD_NEWS_MS,
            };
            let timeout = Timeout::new(shown_ms, move || on_close.emit(()));
            move || drop(timeout)
        });
    }
    html! {
        <div class={classes!("pf-v6-c-alert", props.kind.class())} data-testid="toast">
            <div class="pf-v6-c-alert__icon"><Icon kind={props.kind.icon()} /></div>
            <p class="pf-v6-c-alert__title">{ &props.words }</p>
            <div class="pf-v6-c-alert__action">
                <Button kind={ButtonKind::Plain} label={words::CLOSE}
                    on_click={props.on_close.reform(|_: MouseEvent| ())}>
                    <Icon kind={IconKind::Close} />
                </Button>
            </div>
        </div>
    }
}
