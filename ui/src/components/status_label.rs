use domain::line::Status;
use domain::movement::MovementState;
use yew::prelude::*;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum LabelColor {
    Grey,
    Blue,
    Green,
    Orange,
    Red,
    Purple,
    Teal,
}

impl LabelColor {
    fn class(self) -> Option<&'static str> {
        match self {
            LabelColor::Grey => None,
            LabelColor::Blue => Some("pf-m-blue"),
            LabelColor::Green => Some("pf-m-green"),
            LabelColor::Orange => Some("pf-m-orange"),
            LabelColor::Red => Some("pf-m-red"),
            LabelColor::Purple => Some("pf-m-purple"),
            LabelColor::Teal => Some("pf-m-teal"),
        }
    }
}

#[derive(Properties, PartialEq)]
pub struct LabelProps {
    pub words: AttrValue,
    pub color: LabelColor,
    #[prop_or_default]
    pub testid: Option<AttrValue>,
}

/// A word with a colour; the word alone says it, too.
#[component]
pub fn Label(props: &LabelProps) -> Html {
    html! {
        <span class={classes!("pf-v6-c-label", "pf-m-compact", props.color.class())} data-testid={props.testid.clone()}>
            <span class="pf-v6-c-label__content">
                <span class="pf-v6-c-label__text">{ &props.words }</span>
            </span>
        </span>
    }
}

#[derive(Properties, PartialEq)]
pub struct StatusLabelProps {
    pub status: Status,
}

/// The status of an application or line.
#[component]
pub fn StatusLabel(props: &StatusLabelProps) -> Html {
    let color = match props.status {
        Status::Open => LabelColor::Blue,
        Status::Approved => LabelColor::Teal,
        Status::Outstanding => LabelColor::Purple,
        Status::Repaid => LabelColor::Green,
        Status::Rejected => LabelColor::Red,
        Status::Cancelled | Status::Closed => LabelColor::Grey,
    };
    html! { <Label words={props.status.words()} {color} testid="status" /> }
}

#[derive(Properties, PartialEq)]
pub struct MovementLabelProps {
    pub state: MovementState,
}

/// The state of a draw, a repayment or a refund.
#[component]
pub fn MovementLabel(props: &MovementLabelProps) -> Html {
    let color = match props.state {
        MovementState::Requested => LabelColor::Orange,
        MovementState::Approved | MovementState::Accepted => LabelColor::Teal,
        MovementState::Queued | MovementState::Sending => LabelColor::Blue,
        MovementState::Unknown => LabelColor::Purple,
        MovementState::Settled => LabelColor::Green,
        MovementState::Rejected | MovementState::Returned | MovementState::NeedsReview => {
            LabelColor::Red
        }
        MovementState::Cancelled | MovementState::Declined => LabelColor::Grey,
    };
    html! { <Label words={props.state.words()} {color} testid="movement-state" /> }
}
