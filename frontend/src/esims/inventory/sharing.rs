//! Share links of an eSIM, a page with its QR code for a person without an account, and the change of its owner.

use kit::{
    api::{self, Call},
    form::{Source, area_field, number_field, picker_field},
    format::{moment, zone},
    ids,
    page::{SmallForm, load_with_reload, small_form, table_of},
    session,
    table::{ago, count, state, until},
    task,
    ui::{
        ButtonVariant, Close, Disclosure, Icon, OneTimeSecret, Tone, card, disclosures,
        show_one_time_secret, task_button,
    },
};
use leptos::prelude::*;
use serde_json::json;
use std::sync::Arc;
use wire::{
    EsimId, Permission, Resource,
    accounts::users::User,
    esims::{
        inventory::{Esim, EsimStatus},
        sharing::{
            CreatedEsimShare, EsimShare, EsimShares, NewEsimShare, ReassignEsim, ShareState,
        },
    },
};

type Reload = Arc<dyn Fn() + Send + Sync>;

/// Draws the share links with their states, and the form for a new one.
pub fn share_links(id: EsimId) -> AnyView {
    let fetch = move || {
        let path = format!("{}/{id}/shares", Esim::PATH);
        task(async move { api::get::<EsimShares>(&path).await })
    };
    card(
        "Share links",
        load_with_reload(fetch, move |links: EsimShares, reload| {
            draw(id, &links, &reload)
        }),
    )
}

fn draw(id: EsimId, links: &EsimShares, reload: &Reload) -> AnyView {
    let list = if links.data.is_empty() {
        view! { <p class="muted">"A link opens a page with the QR code and the steps of the installation. No account is needed, but an access code."</p> }
            .into_any()
    } else {
        let columns = [
            state("State", |link: &EsimShare| badge(link.state)),
            until("Valid until", |link: &EsimShare| Some(link.expires_at)),
            count("Views", |link: &EsimShare| link.views),
            ago("Last view", |link: &EsimShare| link.last_viewed_at),
            ago("Created", |link: &EsimShare| Some(link.created_at)),
        ];
        table_of(&links.data, &columns)
    };
    let actions = untrack(|| session::can(Permission::EsimsReveal)).then(|| {
        let open = links
            .data
            .iter()
            .filter(|link| link.state == ShareState::Open);
        let open: Vec<_> = open.map(|link| link.id).collect();
        let revoke = (!open.is_empty()).then(|| {
            let reload = Arc::clone(reload);
            task_button(
                "Revoke open links",
                ButtonVariant::Plain,
                Some(Icon::Ban),
                "The links no longer open",
                move || {
                    let (open, reload) = (open.clone(), Arc::clone(&reload));
                    task(async move {
                        for id in open {
                            api::send(Call::delete(format!("/v1/esim-shares/{id}"))).await?;
                        }
                        reload();
                        Ok(())
                    })
                },
            )
        });
        let reload = Arc::clone(reload);
        let create = Disclosure {
            label: "Create link",
            variant: ButtonVariant::Plain,
            body: Arc::new(move |close| new_link(id, Arc::clone(&reload), close)),
        };
        view! { {disclosures(vec![create])}{revoke} }
    });
    view! { <div class="bundles">{list}{actions}</div> }.into_any()
}

const fn badge(state: ShareState) -> (&'static str, Tone) {
    let tone = match state {
        ShareState::Open => Tone::Good,
        ShareState::Expired | ShareState::Revoked => Tone::Neutral,
        ShareState::Locked => Tone::Bad,
    };
    (state.as_str(), tone)
}

fn new_link(id: EsimId, reload: Reload, close: Close) -> AnyView {
    let form = SmallForm::new(
        "Create link",
        [
            number_field("valid_hours", "Valid for")
                .unit("hours")
                .help("1 to 168."),
            area_field("reason", "Reason")
                .optional()
                .help("Stored in the audit log."),
        ],
    )
    .begin(json!({ "valid_hours": 24 }));
    small_form::<NewEsimShare>(form, move |new| {
        let (reload, close) = (Arc::clone(&reload), Arc::clone(&close));
        task(async move {
            let call = Call::post(format!("{}/{id}/share", Esim::PATH))
                .json(&new)
                .idempotency_key(&ids::uuid());
            let link: CreatedEsimShare = api::send(call).await?.json().await?;
            show_one_time_secret(OneTimeSecret {
                title: "Share link".to_owned(),
                text: format!(
                    "The access code is {}. Send it by another way than the link. Both are shown only now. The link is valid until {} ({}).",
                    link.access_code,
                    moment(link.expires_at),
                    zone()
                ),
                what: "link",
                secret: link.url,
            });
            close();
            reload();
            Ok(())
        })
    })
}

/// Draws the form that assigns the eSIM to another customer; `None` for an eSIM that cannot be assigned.
pub fn reassign(esim: &Esim) -> Option<AnyView> {
    let is_possible = esim.user_id.is_some() && esim.status != EsimStatus::Cancelled;
    if !is_possible || !session::can(Permission::EsimsReassign) {
        return None;
    }
    let esim = esim.clone();
    let change = Disclosure {
        label: "Assign to another customer",
        variant: ButtonVariant::Plain,
        body: Arc::new(move |close| reassign_form(esim.clone(), close)),
    };
    Some(disclosures(vec![change]))
}

fn reassign_form(esim: Esim, close: Close) -> AnyView {
    let form = SmallForm::new(
        "Assign",
        [
            picker_field(
                "user_id",
                "New owner",
                Source::filtered_resource::<User>(vec![("role", "customer".to_owned())], |_| {
                    String::new()
                }),
            ),
            area_field("reason", "Reason")
                .help("Orders and payments stay with the buyer. Share links are revoked."),
        ],
    );
    small_form::<ReassignEsim>(form, move |body| {
        let (esim, close) = (esim.clone(), Arc::clone(&close));
        task(async move {
            api::post_action(&esim, "reassign", &body).await?;
            close();
            kit::toast::good("The eSIM has a new owner");
            Ok(())
        })
    })
}
