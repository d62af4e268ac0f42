//! What a phone needs to install an eSIM: masked until somebody opens it and says why.

use kit::{
    api, session, task,
    ui::{Facts, Seal, Value, dialog::Reason, facts, opening, outside, picture},
};
use leptos::prelude::*;
use wire::{
    Permission,
    esims::inventory::{Esim, Reveal, Revealed},
};

const SEAL: Seal = Seal {
    verb: "Reveal",
    title: "Reveal the activation code?",
    says: "Whoever has the code can install the eSIM. The opening is logged with your name and the reason.",
    reason: Reason::Required,
};

/// Draws it: the number for everybody, the code for who asks for it.
pub fn install(esim: &Esim) -> AnyView {
    let number = ("ICCID", Value::code(esim.iccid.clone()));
    let masked = esim.activation_code.clone();
    let Some(masked) = masked.filter(|_| session::can(Permission::EsimsReveal)) else {
        return facts(vec![number]);
    };
    let known = vec![number.clone()];
    let (server, esim) = (esim.smdp_address.clone(), esim.clone());
    let closed = move || {
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
            api::ask::<Esim, Revealed>(
                &esim,
                "reveal",
                &Reveal {
                    reason: Some(reason),
                },
            )
            .await
        })
    };
    opening(SEAL, closed, open, move |code| {
        opened(known.clone(), code, qr.clone())
    })
}

fn opened(known: Facts, code: Revealed, qr: Option<String>) -> AnyView {
    let confirmation = if code.confirmation_code_required {
        "The phone asks for it"
    } else {
        "Not needed"
    };
    let code_facts = vec![
        ("SM-DP+ address", Value::code(code.smdp_address)),
        ("Matching id", Value::code(code.matching_id)),
        ("Activation code", Value::code(code.activation_code)),
        ("Confirmation code", Value::text(confirmation)),
    ];
    let all = known.into_iter().chain(code_facts).collect();
    view! {
        <div class="with-picture">
            {qr.map(|address| picture(address, "QR code that installs the eSIM"))}
            <div class="opening">{facts(all)}<div class="actions">{outside("Install on iPhone", code.apple_url)}{outside("Install on Android", code.android_url)}</div></div>
        </div>
    }
    .into_any()
}
