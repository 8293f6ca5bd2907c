use super::{Icon, IconKind};
use crate::words;
use domain::refusal::{ApiError, ErrorCode, FaultCode};
use yew::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum AlertKind {
    Info,
    Success,
    /// The rules say "not now".
    Warning,
    /// The program is broken, or something is lost.
    Danger,
}

impl AlertKind {
    pub(super) fn class(self) -> &'static str {
        match self {
            AlertKind::Info => "pf-m-info",
            AlertKind::Success => "pf-m-success",
            AlertKind::Warning => "pf-m-warning",
            AlertKind::Danger => "pf-m-danger",
        }
    }

    pub(super) fn icon(self) -> IconKind {
        match self {
            AlertKind::Info => IconKind::Info,
            AlertKind::Success => IconKind::Success,
            AlertKind::Warning => IconKind::Warning,
            AlertKind::Danger => IconKind::Danger,
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct AlertProps {
    pub kind: AlertKind,
    pub title: AttrValue,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
    #[prop_or_default]
    pub children: Html,
}

/// Words within the page that ask to be read. Screen readers hear them when they appear.
#[component]
pub fn Alert(props: &AlertProps) -> Html {
    let role = match props.kind {
        AlertKind::Info | AlertKind::Success => "status",
        AlertKind::Warning | AlertKind::Danger => "alert",
    };
    html! {
        <div class={classes!("pf-v6-c-alert", "pf-m-inline", props.kind.class())} {role}
            data-testid={props.testid.clone()}>
            <div class="pf-v6-c-alert__icon"><Icon kind={props.kind.icon()} /></div>
            <p class="pf-v6-c-alert__title">{ &props.title }</p>
            <div class="pf-v6-c-alert__description">{ props.children.clone() }</div>
        </div>
    }
}

#[derive(Properties, PartialEq)]
pub struct ErrorAlertProps {
    pub error: ApiError,
    /// Offers to try again.
    #[prop_or_default]
    pub on_retry: Option<Callback<()>>,
}

/// An error of the bridge: a refusal warns, a fault alarms.
#[component]
pub fn ErrorAlert(props: &ErrorAlertProps) -> Html {
    let (kind, title) = tone(props.error.code);
    let testid = if props.error.is_refusal() {
        "refusal"
    } else {
        "fault"
    };
    let retry = props.on_retry.clone().map(|retry| {
        html! {
            <p><button type="button" class="pf-v6-c-button pf-m-link pf-m-inline"
                onclick={move |_| retry.emit(())}>
                <span class="pf-v6-c-button__text">{ words::TRY_AGAIN }</span>
            </button></p>
        }
    });
    html! {
        <Alert {kind} {title} {testid}>
            <p>{ &props.error.message }</p>
            <div>{ retry.unwrap_or_default() }</div>
        </Alert>
    }
}

/// How an error looks and is called. What a person can mend by themselves only warns.
pub(super) fn tone(code: ErrorCode) -> (AlertKind, &'static str) {
    let fault = match code {
        ErrorCode::Refused(_) => return (AlertKind::Warning, words::NOT_NOW),
        ErrorCode::Fault(fault) => fault,
    };
    match fault {
        FaultCode::Malformed
        | FaultCode::WeakPassword
        | FaultCode::WrongPassphrase
        | FaultCode::WrongCredentials => (AlertKind::Warning, words::CHECK_TYPED),
        FaultCode::Busy | FaultCode::OutcomeUnknown => (AlertKind::Warning, words::TRY_AGAIN),
        FaultCode::SessionEnded => (AlertKind::Warning, words::NOT_NOW),
        FaultCode::NotFound => (AlertKind::Warning, words::NOT_FOUND),
        FaultCode::IdReused | FaultCode::Broken | FaultCode::StoreUnavailable => {
            (AlertKind::Danger, words::WENT_WRONG)
        }
    }
}
