use super::{Icon, IconKind};
use yew::prelude::*;

#[derive(Properties, PartialEq)]
pub struct EmptyStateProps {
    pub title: AttrValue,
    /// What to do about it.
    #[prop_or_default]
    pub words: AttrValue,
    /// The button that does it.
    #[prop_or_default]
    pub children: Html,
}

/// Nothing to show, and what to do about it.
#[component]
pub fn EmptyState(props: &EmptyStateProps) -> Html {
    html! {
        <div class="pf-v6-c-empty-state pf-m-sm" data-testid="empty-state">
            <div class="pf-v6-c-empty-state__content">
                <div class="pf-v6-c-empty-state__header">
                    <div class="pf-v6-c-empty-state__icon"><Icon kind={IconKind::Empty} /></div>
                    <div class="pf-v6-c-empty-state__title">
                        <h2 class="pf-v6-c-empty-state__title-text">{ &props.title }</h2>
                    </div>
                </div>
                <div class="pf-v6-c-empty-state__body">{ &props.words }</div>
                <div class="pf-v6-c-empty-state__footer">
                    <div class="pf-v6-c-empty-state__actions">{ props.children.clone() }</div>
                </div>
            </div>
        </div>
    }
}
