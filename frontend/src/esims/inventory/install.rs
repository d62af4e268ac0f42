//! The installation data of an eSIM. The activation code is masked until a user reveals it with a reason.

use kit::{
    api, session, task,
    ui::{Facts, Reveal, Value, dialog::Reason, external_link, facts, picture, reveal},
};
use leptos::prelude::*;
use wire::{
    Permission,
    esims::inventory::{Esim, EsimInstallation, RevealRequest},
};

const REVEAL: Reveal = Reveal {
    verb: "Reveal",
    title: "Reveal activation code?",
    text: "Anyone who has the code can install the eSIM. Access is logged with your name and the reason.",
    reason: Reason::Required,
};

/// Draws the ICCID for all users, and the masked activation code for users who may reveal it.
pub fn install(esim: &Esim) -> AnyView {
    let number = ("ICCID", Value::code(esim.iccid.clone()));
    let masked = esim.activation_code.clone();
    let Some(masked) = masked.filter(|_| session::can(Permission::EsimsReveal)) else {
        return facts(vec![number]);
    };
    let known = vec![number.clone()];
    let (server, esim) = (esim.smdp_address.clone(), esim.clone());
    let masked_facts = move || {
        facts(vec![
            number.clone(),
            (
                "SM-DP+ address",
                server.clone().map_or_else(Value::absent, Value::code),
            ),
            ("Activation code", Value::text(masked.clone())),
        ])
    };
    let qr = esim.qr_code_url.clone();
    let open = move |reason| {
        let esim = esim.clone();
        task(async move {
            api::post_action_for_result::<Esim, EsimInstallation>(
                &esim,
                "reveal",
                &RevealRequest {
                    reason: Some(reason),
                },
            )
            .await
        })
    };
    reveal(REVEAL, masked_facts, open, move |code| {
        revealed(known.clone(), code, qr.clone())
    })
}

fn revealed(known: Facts, code: EsimInstallation, qr: Option<String>) -> AnyView {
    let confirmation = if code.confirmation_code_required {
        "Required by the phone"
    } else {
        "Not required"
    };
    let code_facts = vec![
        ("SM-DP+ address", Value::code(code.smdp_address)),
        ("Matching ID", Value::code(code.matching_id)),
        ("Activation code", Value::code(code.activation_code)),
        ("Confirmation code", Value::text(confirmation)),
    ];
    let all = known.into_iter().chain(code_facts).collect();
    view! {
        <div class="with-picture">
            {qr.map(|address| picture(address, "QR code that installs the eSIM"))}
            <div class="reveal">{facts(all)}<div class="actions">{external_link("Install on iPhone", code.apple_url)}{external_link("Install on Android", code.android_url)}</div></div>
        </div>
    }
    .into_any()
}
