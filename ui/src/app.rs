//! The whole page: finds out who is signed in, and shows the sign-in page or the frame.

use crate::backend;
use crate::components::{ErrorAlert, PageHeader, Skeleton, ToastProvider, use_toasts};
use crate::frame::Frame;
use crate::pages;
use crate::router::{Route, RouterProvider, use_router};
use crate::session::{Desk, Entrance};
use crate::theme;
use crate::words::frame as words;
use domain::refusal::{ApiError, Refusal, RefusalCode};
use domain::view::{DoorState, DoorView, SessionView, StoreView};
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

#[component]
pub fn App() -> Html {
    use_effect_with((), |()| {
        let following = theme::follow_system();
        move || drop(following)
    });
    html! {
        <RouterProvider>
            <ToastProvider>
                <Entry />
            </ToastProvider>
        </RouterProvider>
    }
}

#[derive(Clone, PartialEq)]
enum Who {
    Asking,
    NotKnown(ApiError),
    /// The store is not open yet.
    Outside(Rc<DoorView>),
    Nobody(Rc<StoreView>),
    Somebody(Rc<StoreView>, Rc<SessionView>),
}

/// Stands between the door, the sign-in page and everything else.
#[component]
fn Entry() -> Html {
    let router = use_router();
    let toasts = use_toasts();
    let who = use_state(|| Who::Asking);
    let ask = {
        let who = who.setter();
        use_callback((), move |(), ()| {
            let who = who.clone();
            spawn_local(async move {
                let answer = async {
                    let door = backend::door().await?;
                    if door.state != DoorState::Open {
                        return Ok(Who::Outside(Rc::new(door)));
                    }
                    let store = Rc::new(backend::store().await?);
                    Ok::<_, ApiError>(match backend::session().await? {
                        Some(session) => Who::Somebody(store, Rc::new(session)),
                        None => Who::Nobody(store),
                    })
                };
                who.set(answer.await.unwrap_or_else(Who::NotKnown));
            });
        })
    };
    {
        let ask = ask.clone();
        use_effect_with((), move |()| ask.emit(()));
    }
    {
        // A session that ended shows on the next call: the page forgets what it showed. Several
        // calls may hear of it at once; only the first finds somebody to show out.
        let signed_in = matches!(*who, Who::Somebody(..));
        let (ask, toasts) = (ask.clone(), toasts.clone());
        use_effect_with(signed_in, move |signed_in| {
            let told = signed_in.then(|| {
                backend::on_session_ended(Callback::from(move |()| {
                    toasts.info(words::SESSION_ENDED);
                    ask.emit(());
                }))
            });
            move || drop(told)
        });
    }
    {
        // Nobody sees the desk without signing in, and nobody signs in twice.
        let (who, router) = ((*who).clone(), router.clone());
        use_effect_with((who, router.route.clone()), move |(who, route)| match who {
            Who::Outside(_) | Who::Nobody(_) if *route != Route::Login => {
                router.replace(Route::Login)
            }
            Who::Somebody(..) if matches!(route, Route::Login | Route::Nowhere) => {
                router.replace(Route::Applications);
            }
            _ => {}
        });
    }
    let entrance = |store: &Rc<StoreView>| Entrance {
        store: store.clone(),
        entered: {
            let (who, store, toasts) = (who.setter(), store.clone(), toasts.clone());
            Callback::from(move |session: SessionView| {
                toasts.clear();
                who.set(Who::Somebody(store.clone(), Rc::new(session)));
            })
        },
        left: ask.clone(),
        look_again: ask.clone(),
    };
    match &*who {
        Who::Asking => html! {
            <main key="asking" class="entrance">
                <h1 class="pf-v6-screen-reader">{ "Branchline" }</h1>
                <Skeleton lines={4} />
            </main>
        },
        Who::NotKnown(error) => html! {
            <main key="not-known" class="entrance">
                <h1 class="pf-v6-c-title pf-m-2xl">{ words::NO_STORE }</h1>
                <ErrorAlert error={error.clone()} on_retry={ask} />
            </main>
        },
        Who::Outside(door) => html! {
            <pages::door::DoorPage key="outside" door={door.clone()} on_open={ask} />
        },
        Who::Nobody(store) => html! {
            <ContextProvider<Entrance> key="nobody" context={entrance(store)}>
                <pages::login::LoginPage />
            </ContextProvider<Entrance>>
        },
        Who::Somebody(store, session) => html! {
            <ContextProvider<Entrance> key={format!("somebody-{}", session.user_id)} context={entrance(store)}>
                <ContextProvider<Desk> context={Desk(session.clone())}>
                    <Frame>{ page(&router.route, session) }</Frame>
                </ContextProvider<Desk>>
            </ContextProvider<Entrance>>
        },
    }
}

fn page(route: &Route, session: &SessionView) -> Html {
    let for_admins = |page: Html| {
        if session.role == domain::account::Role::Admin {
            page
        } else {
            let refusal = Refusal::from(RefusalCode::AdminOnly);
            html! {
                <div class="page">
                    <PageHeader title={words::ADMIN} />
                    <ErrorAlert error={ApiError::from(refusal)} />
                </div>
            }
        }
    };
    let shown = match route {
        Route::Login | Route::Nowhere => html! { <Skeleton /> },
        Route::Applications => html! { <pages::applications::ApplicationsPage /> },
        Route::Create => html! { <pages::create::CreatePage /> },
        Route::Details(line_id) => {
            html! { <pages::details::DetailsPage key={line_id.to_string()} line_id={*line_id} /> }
        }
        Route::Admin => for_admins(html! { <pages::admin::AdminPage /> }),
        Route::Customers => html! { <pages::customers::CustomersPage /> },
        Route::Customer(customer_id) => {
            html! { <pages::customer::CustomerPage key={customer_id.to_string()} customer_id={*customer_id} /> }
        }
        Route::Counter => html! { <pages::counter::CounterPage /> },
        Route::Sync => html! { <pages::sync::SyncPage /> },
        Route::Attention => html! { <pages::attention::AttentionPage /> },
        Route::Products => html! { <pages::products::ProductsPage /> },
        Route::Reports => html! { <pages::reports::ReportsPage /> },
    };
    html! { <div key={route.path()}>{ shown }</div> }
}
